// The invite's QR code as the API made it. An expired invite has none.

import { useState } from "preact/hooks";

import { ask, Refused } from "../api/client";
import type { Invite } from "../api/types";
import { useAction } from "../app/action";
import { useFresh } from "../app/loading";
import { t } from "../texts";
import { Problem } from "./notices";

interface Image {
  url: string;
  expires_at: string;
}

/** Read again when the invite's end changes, which may give it a QR code again. */
export function QrCode({ invite, large = false }: { invite: Invite; large?: boolean }) {
  const image = useFresh<Image>(`/invites/${invite.code}/qr?format=svg`, invite.expires_at);
  const [broken, setBroken] = useState(false);
  const retry = () => {
    setBroken(false);
    image.reload();
  };
  const reason = image.error instanceof Refused && t.invite.noQrCode[image.error.code];
  if (reason) return <p class="qr-none">{reason}</p>;
  if (image.error || broken) return <Problem error={new Error(t.invite.qrFailed)} retry={retry} />;
  return (
    <a class={large ? "qr large" : "qr"} href={invite.url} aria-label={t.invite.qrAlt(invite.code)}>
      {image.data ? (
        <img src={image.data.url} alt="" width="512" height="512" onError={() => setBroken(true)} />
      ) : (
        <span class="qr-space" />
      )}
    </a>
  );
}

/** Asks for the image's address at the click, because it is valid for five minutes; S3 tells the browser to save it. */
export function QrDownload({ code, format, words }: { code: string; format: "png" | "svg"; words: string }) {
  const action = useAction();
  const download = () =>
    void action.run(async () => {
      const { url } = await ask<Image>("GET", `/invites/${code}/qr?format=${format}`);
      location.assign(url);
    });
  return (
    <>
      <button type="button" aria-disabled={action.busy} onClick={download}>
        {words}
      </button>
      <Problem error={action.problem} />
    </>
  );
}
