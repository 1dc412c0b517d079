// The way to Plex: the app for the device at hand first, then the browser, then the TV.

import { t } from "../texts";

const BROWSER = "https://app.plex.tv/";
const ALL_DEVICES = "https://www.plex.tv/apps-devices/";
const APPS = [
  [/Android/i, "https://play.google.com/store/apps/details?id=com.plexapp.android"],
  [/iPhone|iPad|iPod/i, "https://apps.apple.com/app/id383457673"],
] as const;

export function PlexApps() {
  const app = APPS.find(([device]) => device.test(navigator.userAgent))?.[1];
  return (
    <>
      <p class="row">
        {app && (
          <a class="button main" href={app}>
            {t.ready.app}
          </a>
        )}
        <a class={app ? "button" : "button main"} href={BROWSER}>
          {t.ready.open}
        </a>
      </p>
      <p class="quiet">
        {t.ready.tv} <a href={ALL_DEVICES}>{t.ready.devices}</a>
      </p>
    </>
  );
}
