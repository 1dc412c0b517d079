// What the owner welcomes members with: written in Markdown, made HTML by the API when it is saved.

import * as limits from "../api/limits";
import type { OwnAccess, Settings } from "../api/types";
import type { Action } from "../app/action";
import { useLoad } from "../app/loading";
import { t } from "../texts";
import { Group, TextArea } from "./fields";

/** Nothing where there is no text. The API made the HTML of Markdown: without HTML by hand, images and scripts. */
export function Welcome({ html }: { html: string }) {
  if (!html) return null;
  return <div class="welcome" dangerouslySetInnerHTML={{ __html: html }} />;
}

interface WelcomeFieldProperties {
  edited: Settings;
  saved: Settings;
  change: (change: Partial<Settings>) => void;
  action: Action;
}

/** With what members see, as it was saved. */
export function WelcomeField({ edited, saved, change, action }: WelcomeFieldProperties) {
  const html = useLoad<OwnAccess>("/me/access", saved.version).data?.welcome_html;
  return (
    <section class="card">
      <Group legend={t.settings.welcome}>
        <TextArea
          label={`${t.settings.welcomeText} (${t.general.optional})`}
          note={t.settings.welcomeNote}
          {...limits.changeSettings.welcome_text}
          value={edited.welcome_text}
          onValue={(welcome_text) => change({ welcome_text })}
          problem={action.findProblem("welcome_text")}
        />
      </Group>
      {html && (
        <>
          <h2>{edited.welcome_text === saved.welcome_text ? t.settings.welcomeShown : t.settings.welcomeBefore}</h2>
          <Welcome html={html} />
        </>
      )}
    </section>
  );
}
