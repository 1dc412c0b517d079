// From the invite to the dashboard: sign in at Plex by full-page redirect, come back, follow each step live.
// What must survive the redirect or a refresh lies in localStorage under the invite's code; the sign-in itself is
// bound to this browser by a cookie that scripts cannot read.

const { code, dashboard } = document.body.dataset;
const texts = JSON.parse(document.body.dataset.texts);
const api = location.pathname.startsWith("/api/") ? "." : "api";
const store = `streamarr.signup.${code}`;
const SESSION = "streamarr.session";
const element = (id) => document.getElementById(id);
const pause = (seconds) => new Promise((resume) => setTimeout(resume, seconds * 1000));

const remembered = () => JSON.parse(localStorage.getItem(store) ?? "{}");
const remember = (facts) => localStorage.setItem(store, JSON.stringify(facts));
const forget = () => localStorage.removeItem(store);

class Refused extends Error {
  constructor(answer, content) {
    // The API answers in this page's language. API Gateway's own errors are English: those the page says itself.
    const isOurs = answer.headers.get("Content-Language") === document.documentElement.lang;
    super((isOurs ? content.Message : texts.not_ours[content.Code]) ?? texts.unexpected);
    this.code = content.Code;
    this.field = content.Field;
    this.status = answer.status;
    this.retryAfter = Number(answer.headers.get("Retry-After")) || null;
  }

  get passes() {
    return this.status === 429 || this.status >= 500;
  }
}

async function ask(method, path, { token, content } = {}) {
  const headers = { "Accept-Language": document.documentElement.lang };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (content) headers["Content-Type"] = "application/json";
  const answer = await fetch(`${api}/${path}`, { method, headers, body: content && JSON.stringify(content) });
  const answered = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer, answered);
  return answered;
}

// What may pass (no network, 429, 5xx) is tried again; any other refusal is the caller's.
async function askUntilAnswered(method, path, options) {
  for (let wait = 1; ; wait = Math.min(wait * 2, 15)) {
    try {
      const content = await ask(method, path, options);
      tell("");
      return content;
    } catch (error) {
      if (error instanceof Refused && !error.passes) throw error;
      tell(error instanceof Refused ? error.message : texts.offline);
      await pause(error.retryAfter ?? wait);
    }
  }
}

function tell(problem) {
  if (element("problem").textContent !== problem) element("problem").textContent = problem;
}

async function signIn() {
  await trying(element("sign-in"), async () => {
    const { sign_in_id, auth_url } = await ask("POST", `signup/${code}/plex`);
    remember({ signInId: sign_in_id });
    location.assign(auth_url);
  });
}

async function signUp(event) {
  event.preventDefault();
  const given = Object.fromEntries(new FormData(element("local-form")));
  for (const field of Object.keys(given)) mark(field, "");
  await trying(element("local-button"), async () => {
    welcome(await ask("POST", `signup/${code}/local`, { content: given }));
  });
}

// The account without Plex gets one: the site finishes this sign-in and leads back here.
const linkPlex = () => signInOnTheSite("link-plex", location.pathname + location.search);

// A person who has access already has no need of the invite: the site is theirs.
const enter = () => signInOnTheSite("enter", "/");

async function signInOnTheSite(button, back) {
  await trying(element(button), async () => {
    const { sign_in_id, auth_url } = await ask("POST", "auth/plex");
    const underWay = { id: sign_in_id, kind: "auth", back };
    localStorage.setItem("streamarr.sign-in", JSON.stringify(underWay));
    location.assign(auth_url);
  });
}

// One click, one request: the button rests while it is under way, and as long as the API asks to wait. Resting it
// loses the focus, and has it back afterwards unless the person went elsewhere.
async function trying(button, request) {
  const hadFocus = document.activeElement === button;
  button.disabled = true;
  tell("");
  try {
    await request();
  } catch (error) {
    if (!(error instanceof Refused)) tell(texts.offline_once);
    else if (error.field && element(`${error.field}-problem`)) mark(error.field, error.message);
    else if (error.passes) await countDown(button, error);
    else refuse(error);
    button.disabled = false;
    if (hadFocus && document.activeElement === document.body) button.focus();
  }
}

async function countDown(button, { message, retryAfter }) {
  const label = button.textContent;
  tell(message);
  for (let left = retryAfter ?? 0; left > 0; left -= 1) {
    button.textContent = texts.wait.replace("{seconds}", left);
    await pause(1);
  }
  button.textContent = label;
  if (retryAfter) tell("");
}

function mark(field, problem) {
  element(`${field}-problem`).textContent = problem;
  element(field).toggleAttribute("aria-invalid", Boolean(problem));
  if (!problem) return;
  element(field).setAttribute("aria-invalid", "true");
  element(field).focus();
}

const NEVER_WORKS = ["NotForYou", "SignupDisabled"];

function refuse({ code: reason, message }) {
  forget();
  show(message);
  element("steps").replaceChildren();
  element("next").textContent = texts.advice[reason] ?? "";
  const hasAccess = reason === "AlreadyHasAccess";
  element("again").hidden = hasAccess || NEVER_WORKS.includes(reason);
  element("enter").hidden = !hasAccess;
  if (hasAccess) leadTo("https://app.plex.tv/", texts.open_plex);
}

// Plex shows the approval at once, or within seconds; a person who comes back without approving gets the button back.
async function complete(signInId) {
  show(texts.signing_in);
  for (let tries = 0; tries < 5; tries += 1) {
    const redeemed = await askUntilAnswered("POST", `signup/${code}/plex/${signInId}`);
    if (redeemed.token) return welcome(redeemed);
    await pause(1);
  }
  forget();
  hideProgress();
  tell(texts.not_finished);
}

async function welcome({ token, redemption }) {
  remember({ token, redemptionId: redemption.id });
  if (!(await isTaken(redemption.user.id))) localStorage.setItem(SESSION, token);
  return follow(token, redemption);
}

// Whether another person is signed in to the site in this browser: they stay so.
async function isTaken(userId) {
  const token = localStorage.getItem(SESSION);
  const me = token && (await ask("GET", "auth/me", { token }).catch(() => null));
  return Boolean(me) && me.user.id !== userId;
}

async function follow(token, redemption) {
  const sawItHappen = redemption.state !== "done";
  for (let looks = 0; ; looks += 1) {
    draw(redemption);
    if (redemption.state === "done" || redemption.state === "failed") break;
    await pause(restBefore(redemption, looks));
    redemption = await askUntilAnswered("GET", `redemptions/${redemption.id}`, { token });
  }
  if (redemption.state === "done" && sawItHappen && dashboard) {
    element("next").textContent = texts.done_dashboard;
    await pause(4);
    location.assign(dashboard);
  }
}

// Seconds until the next look: most are in within two, and thirty people at once must not use up what the API lets in
// (10 requests a second). A person who verifies their e-mail address does that now; other needs take longer.
function restBefore({ state, reason }, looks) {
  if (state === "needs_attention") return reason.Code === "VerifyEmailOnPlex" ? 3 : 10;
  return Math.min((looks + 1) / 2, 4);
}

function show(title) {
  if (element("offer")) element("offer").hidden = true;
  element("progress").hidden = false;
  tellBelow(element("progress"));
  if (element("progress-title").textContent !== title || document.activeElement === document.body) {
    element("progress-title").textContent = title;
    element("progress-title").focus();
  }
}

function hideProgress() {
  element("progress").hidden = true;
  if (element("offer")) element("offer").hidden = false;
  tellBelow(element("sign-in") ?? element("progress"));
  element("sign-in")?.focus();
}

// Problems stand beside what caused them.
function tellBelow(cause) {
  if (cause.nextElementSibling !== element("problem")) cause.after(element("problem"));
}

// What the person can do about a reason: an address to open, or a sign-in. All other reasons are for us to mend.
const TO_DO = {
  AcceptOnPlex: () => leadTo("https://app.plex.tv/", texts.open_plex),
  AcceptHomeOnPlex: () => leadTo("https://app.plex.tv/", texts.open_plex),
  VerifyEmailOnPlex: () => leadTo("https://app.plex.tv/", texts.open_plex),
  LinkPlex: () => (element("link-plex").hidden = false),
};

const ENDINGS = {
  done: (_, { without_downloads }) => [texts.done, without_downloads ? texts.done_without_downloads : texts.done_note],
  failed: (reason) => [texts.failed, reason.Message],
  needs_attention: (reason) =>
    reason.Code in TO_DO
      ? [texts.attention, reason.Code === "LinkPlex" ? reason.Message : `${reason.Message} ${texts.attention_note}`]
      : [texts.longer, `${reason.Message} ${texts.longer_note}`],
};

// Paused: Plex does not take the owner's sign-in, and that may last.
function underWay(isPaused) {
  return isPaused ? [texts.longer, texts.longer_note] : [texts.letting_in, texts.letting_in_note];
}

function draw(redemption) {
  const { state, steps, reason, paused } = redemption;
  const [title, next] = ENDINGS[state]?.(reason, redemption) ?? underWay(paused);
  show(title);
  steps.forEach(drawStep);
  if (element("next").textContent !== next) element("next").textContent = next;
  for (const id of ["go-on", "link-plex"]) element(id).hidden = true;
  element("again").hidden = state !== "failed";
  element("progress").classList.toggle("joy", state === "done");
  element("another-person").hidden = left < 1 || (state !== "done" && state !== "needs_attention");
  if (state === "done") leadOn();
  if (state === "needs_attention") TO_DO[reason.Code]?.();
}

function drawStep({ state, message }, position) {
  const item = element("steps").children[position] ?? element("steps").appendChild(document.createElement("li"));
  const now = `${state} ${message}`;
  if (item.dataset.now === now) return;
  item.dataset.now = now;
  const unseen = document.createElement("span");
  unseen.className = "unseen";
  unseen.textContent = ` (${texts.states[state] ?? state})`;
  const words = document.createElement("span");
  words.append(message, unseen);
  item.dataset.state = state;
  item.replaceChildren(words);
}

function leadOn() {
  if (dashboard) leadTo(dashboard, texts.dashboard);
  else if (localStorage.getItem(SESSION) === remembered().token) leadTo("/ready", texts.ready);
  else leadTo("https://app.plex.tv/", texts.open_plex);
}

function leadTo(address, words) {
  const link = element("go-on");
  link.href = address;
  link.textContent = words;
  link.hidden = false;
}

function startOver() {
  forget();
  location.reload();
}

// The page gives the date in UTC, for those without JavaScript; here it can be the reader's own time.
function tellTheirTime() {
  const { lang } = document.documentElement;
  const speech = navigator.languages.find((tag) => tag.split("-")[0] === lang) ?? lang;
  for (const time of document.querySelectorAll("time")) {
    const moment = new Date(time.dateTime);
    time.textContent = moment.toLocaleString(speech, { dateStyle: "long", timeStyle: "short" });
  }
}

function keepsNothing() {
  try {
    localStorage.setItem("streamarr.try", "1");
    localStorage.removeItem("streamarr.try");
    return false;
  } catch {
    return true;
  }
}

// Uses of the invite for other people; the page was made before or after this person's own.
let left = 0;

async function resume() {
  const { signInId, token, redemptionId } = remembered();
  left = document.body.dataset.left === "" ? Infinity : document.body.dataset.left - (redemptionId ? 0 : 1);
  try {
    if (redemptionId) await follow(token, await askUntilAnswered("GET", `redemptions/${redemptionId}`, { token }));
    else if (signInId) await complete(signInId);
  } catch (error) {
    forget();
    hideProgress();
    if (!(error instanceof Refused)) throw error;
    // An old redemption that cannot be read any more is no news to a person who looks at a fresh offer.
    if (signInId) refuse(error);
  }
}

element("sign-in")?.addEventListener("click", signIn);
element("local-form")?.addEventListener("submit", signUp);
element("link-plex").addEventListener("click", linkPlex);
element("enter").addEventListener("click", enter);
element("again").addEventListener("click", startOver);
element("another-person").addEventListener("click", startOver);
addEventListener("pageshow", (event) => event.persisted && location.reload());
element("no-script")?.remove();
tellTheirTime();
if (keepsNothing()) {
  tell(texts.no_storage);
} else {
  for (const id of ["sign-in", "local-button"]) if (element(id)) element(id).disabled = false;
  await resume();
}
