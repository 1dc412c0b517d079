// Sharing a link: by the share sheet where the device has one, else by mail and messengers. The text says who invites to what.

import type { Offer } from "../api/types";
import { useLoad } from "../app/loading";
import { t } from "../texts";
import { Icon } from "./icons";

export function Share({ link, code }: { link: string; code: string }) {
  const offer = useLoad<Offer>(`/signup/${code}`).data;
  const text = offer ? t.create.shareText(offer.invited_by, offer.server_name) : "";
  if ("share" in navigator) return <ShareSheet link={link} text={text} />;
  const both = encodeURIComponent(text ? `${text} ${link}` : link);
  const ways = [
    [t.create.byMail, `mailto:?subject=${encodeURIComponent(text)}&body=${both}`],
    ["WhatsApp", `https://wa.me/?text=${both}`],
    ["Telegram", `https://t.me/share/url?url=${encodeURIComponent(link)}&text=${encodeURIComponent(text)}`],
  ] as const;
  return (
    <>
      {ways.map(([name, address]) => (
        <a key={name} href={address} class="button plain" target="_blank" rel="noreferrer">
          {name}
        </a>
      ))}
    </>
  );
}

function ShareSheet({ link, text }: { link: string; text: string }) {
  const share = () =>
    navigator.share({ text, url: link }).catch((error: Error) => {
      if (error.name !== "AbortError") throw error;
    });
  return (
    <button type="button" onClick={share}>
      <Icon name="share" />
      {t.create.share}
    </button>
  );
}
