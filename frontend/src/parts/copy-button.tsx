// Copying an invite's link.

import { t } from "../texts";
import { Icon } from "./icons";
import { announce } from "./toasts";

async function copyLink(link: string): Promise<void> {
  await navigator.clipboard.writeText(link);
  announce(t.invites.copied);
}

export function CopyButton({ link, code, plain = true }: { link: string; code?: string; plain?: boolean }) {
  return (
    <button type="button" class={plain ? "quiet-button" : ""} onClick={() => void copyLink(link)}>
      <Icon name="copy" />
      {t.invites.copy}
      {code && <span class="unseen"> {code}</span>}
    </button>
  );
}
