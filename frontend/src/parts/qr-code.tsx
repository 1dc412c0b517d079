// The invite's QR code, as the API made it: large enough for a phone at arm's length. An invite that is over has none.

import { useState } from "preact/hooks";

import { ask, Refused } from "../api/client";
import { useActing } from "../app/acting";
import { useFresh } from "../app/loading";
import { t } from "../texts";
import { Problem } from "./notices";

interface Image {
  url: string;
  expires_at: string;
}

export function QrCode({ code, link, large = false }: { code: string; link: string; large?: boolean }) {
  const image = useFresh<Image>(`/invites/${code}/qr?format=svg`);
  const [broken, setBroken] = useState(false);
  const retry = () => {
    setBroken(false);
    image.reload();
  };
  const over = image.error instanceof Refused && t.invite.qrNone[image.error.code];
  if (over) return <p class="qr-none">{over}</p>;
  if (image.error || broken) return <Problem error={new Error(t.invite.qrFailed)} retry={retry} />;
  return (
    <a class={large ? "qr large" : "qr"} href={link} aria-label={t.invite.qrAlt(code)}>
      {image.data ? (
        <img src={image.data.url} alt="" width="512" height="512" onError={() => setBroken(true)} />
      ) : (
        <span class="qr-space" />
      )}
    </a>
  );
}

/** The address is asked for when it is wanted, for it lives five minutes; S3 says that it is to be saved. */
export function QrDownload({ code, format, words }: { code: string; format: "png" | "svg"; words: string }) {
  const acting = useActing();
  const download = () =>
    void acting.run(async () => {
      const { url } = await ask<Image>("GET", `/invites/${code}/qr?format=${format}`);
      location.assign(url);
    });
  return (
    <>
      <button type="button" aria-disabled={acting.busy} onClick={download}>
        {words}
      </button>
      <Problem error={acting.problem} />
    </>
  );
}
