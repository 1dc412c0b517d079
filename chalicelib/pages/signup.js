// From the invite to the dashboard: sign in at Plex by full-page redirect, come back, follow each step live.
// What must survive the redirect or a refresh lies in localStorage under the invite's code; the sign-in itself is
// bound to this browser by a cookie that scripts cannot read.

const { code, dashboard } = document.body.dataset;
const api = location.pathname.startsWith("/api/") ? "." : "api";
const store = `streamarr.signup.${code}`;
const element = (id) => document.getElementById(id);
const pause = (seconds) => new Promise((resume) => setTimeout(resume, seconds * 1000));

const remembered = () => JSON.parse(localStorage.getItem(store) ?? "{}");
const remember = (facts) => localStorage.setItem(store, JSON.stringify(facts));
const forget = () => localStorage.removeItem(store);

class Refused extends Error {
  constructor(answer, content) {
    super(content.Message ?? "Something went wrong. Please try again.");
    this.status = answer.status;
    this.retryAfter = Number(answer.headers.get("Retry-After")) || null;
  }
}

async function ask(method, path, token) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const answer = await fetch(`${api}/${path}`, { method, headers });
  const content = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer, content);
  return content;
}

// Whatever may pass (no network, 429, 5xx) is tried again; any other refusal is the caller's.
async function askUntilAnswered(method, path, token) {
  for (let wait = 1; ; wait = Math.min(wait * 2, 15)) {
    try {
      const content = await ask(method, path, token);
      tell("");
      return content;
    } catch (error) {
      if (error instanceof Refused && error.status < 500 && error.status !== 429) throw error;
      tell(error instanceof Refused ? error.message : "No connection at the moment. Trying again …");
      await pause(error.retryAfter ?? wait);
    }
  }
}

function tell(problem) {
  if (element("problem").textContent !== problem) element("problem").textContent = problem;
}

async function signIn() {
  const button = element("sign-in");
  button.disabled = true;
  try {
    const { sign_in_id, auth_url } = await ask("POST", `signup/${code}/plex`);
    remember({ signInId: sign_in_id });
    location.assign(auth_url);
  } catch (error) {
    tell(error instanceof Refused ? error.message : "No connection at the moment. Please try again.");
    button.disabled = false;
  }
}

// Plex shows the approval at once, or within seconds; somebody who came back without approving gets the button back.
async function complete(signInId) {
  show("Signing you in");
  for (let tries = 0; tries < 8; tries += 1) {
    const { token, redemption } = await askUntilAnswered("POST", `signup/${code}/plex/${signInId}`);
    if (token) {
      remember({ token, redemptionId: redemption.id });
      localStorage.setItem("streamarr.session", token);
      return follow(token, redemption);
    }
    await pause(1);
  }
  forget();
  hideProgress();
  tell("The sign-in at Plex was not finished. Please sign in again.");
}

async function follow(token, redemption) {
  show("Letting you in");
  for (let looks = 0; ; looks += 1) {
    draw(redemption);
    if (redemption.state === "done" || redemption.state === "failed") return;
    await pause(redemption.state === "needs_attention" ? 10 : looks < 20 ? 0.5 : 3);
    redemption = await askUntilAnswered("GET", `redemptions/${redemption.id}`, token);
  }
}

function show(title) {
  if (element("offer")) element("offer").hidden = true;
  element("progress").hidden = false;
  if (element("progress-title").textContent !== title || document.activeElement === document.body) {
    element("progress-title").textContent = title;
    element("progress-title").focus();
  }
}

function hideProgress() {
  element("progress").hidden = true;
  if (element("offer")) element("offer").hidden = false;
  const button = element("sign-in");
  if (button) {
    button.disabled = false;
    button.focus();
  }
}

function draw(redemption) {
  element("steps").replaceChildren(...redemption.steps.map(stepItem));
  const { state, reason } = redemption;
  if (state === "done") show("You are in");
  if (state === "failed") show("That did not work");
  if (state === "needs_attention") show("One thing is left for you");
  element("next").textContent = reason?.Message ?? (state === "done" ? "Open Plex, and the libraries are there." : "");
  element("again").hidden = state !== "failed";
  if (state === "done") leadOn();
}

function stepItem({ state, message }) {
  const item = document.createElement("li");
  item.dataset.state = state;
  item.textContent = message;
  return item;
}

function leadOn() {
  const link = element("go-on");
  link.href = dashboard || "https://app.plex.tv/";
  link.textContent = dashboard ? "Go to your dashboard" : "Open Plex";
  link.hidden = false;
}

element("sign-in")?.addEventListener("click", signIn);
element("again").addEventListener("click", () => {
  forget();
  location.reload();
});
addEventListener("pageshow", (event) => event.persisted && location.reload());

const { signInId, token, redemptionId } = remembered();
try {
  if (redemptionId) await follow(token, await askUntilAnswered("GET", `redemptions/${redemptionId}`, token));
  else if (signInId) await complete(signInId);
} catch (error) {
  forget();
  hideProgress();
  if (!(error instanceof Refused)) throw error;
  // An old redemption that cannot be read any more is no news to somebody looking at a fresh offer.
  if (signInId) tell(error.message);
}
