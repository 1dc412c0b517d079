// Copying an invite's link, or what is shown only once.

import { t } from "../texts";
import { Icon } from "./icons";
import { announce } from "./toasts";

async function copyLink(link: string): Promise<void> {
  await navigator.clipboard.writeText(link);
  announce(t.invites.copied);
}

interface CopyProperties {
  link: string;
  code?: string;
  plain?: boolean;
  label?: string;
}

export function CopyButton({ link, code, plain = true, label = t.invites.copy }: CopyProperties) {
  return (
    <button type="button" class={plain ? "quiet-button" : ""} onClick={() => void copyLink(link)}>
      <Icon name="copy" />
      {label}
      {code && <span class="unseen"> {code}</span>}
    </button>
  );
}
