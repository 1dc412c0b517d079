import { render } from "preact";

import { reachApiAt } from "./api/client";
import { Site } from "./app/site";
import { wearTheme } from "./app/theme";
import "./style/site.css";
import { loadTexts } from "./texts";

wearTheme();
const [config] = await Promise.all([
  fetch("/config.json").then((answer) => answer.json() as Promise<{ api: string }>),
  loadTexts(),
]);
reachApiAt(config.api);
render(<Site />, document.getElementById("site") as HTMLElement);
