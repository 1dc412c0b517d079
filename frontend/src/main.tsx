import { render } from "preact";

import { setApiAddress } from "./api/client";
import { Site } from "./app/site";
import { applyTheme } from "./app/theme";
import "./style/site.css";
import { loadTexts } from "./texts";

applyTheme();
const [config] = await Promise.all([
  fetch("/config.json").then((answer) => answer.json() as Promise<{ api: string }>),
  loadTexts(),
]);
setApiAddress(config.api);
const site = document.getElementById("site") as HTMLElement;
site.replaceChildren(); // Preact would leave the page's first header beside the site's own
render(<Site />, site);
if (import.meta.env.PROD) void navigator.serviceWorker?.register("/worker.js");
