// The share sheet, where the device has one.

import { t } from "../texts";
import { Icon } from "./icons";

export function ShareButton({ link }: { link: string }) {
  if (!("share" in navigator)) return null;
  const share = () =>
    navigator.share({ url: link }).catch((error: Error) => {
      if (error.name !== "AbortError") throw error;
    });
  return (
    <button type="button" onClick={share}>
      <Icon name="share" />
      {t.create.share}
    </button>
  );
}
