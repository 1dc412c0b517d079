// Reads what the application said in the address, signs in as whoever is clicked, and goes back.

const said = new URLSearchParams(location.hash.replace(/^#!?\??/, ""));
const buttons = [...document.querySelectorAll("button[data-account]")];
const notice = document.getElementById("notice");

function tell(message) {
  notice.textContent = message;
  notice.hidden = false;
}

function allow(clicks) {
  for (const button of buttons) button.disabled = !clicks;
}

/** Where to go afterwards; only web addresses, so that no script can be smuggled in. */
function wayBack() {
  const address = said.get("forwardUrl");
  if (!address || !URL.canParse(address)) return null;
  return /^https?:$/.test(new URL(address).protocol) ? address : null;
}

async function signIn(account) {
  const answer = await fetch("/auth/approve", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      code: said.get("code"),
      client_identifier: said.get("clientID"),
      account_id: account,
    }),
  });
  if (!answer.ok) throw new Error((await answer.json()).error);
}

async function choose(event) {
  allow(false);
  try {
    await signIn(Number(event.currentTarget.dataset.account));
  } catch (problem) {
    tell(problem.message || "That did not work. Try again.");
    allow(true);
    return;
  }
  if (wayBack()) location.assign(wayBack());
  else tell("You are signed in. You can close this page.");
}

const product = said.get("context[device][product]");
if (product) document.getElementById("product").textContent = product;

if (wayBack()) {
  const back = document.getElementById("back");
  back.href = wayBack();
  back.hidden = false;
}

if (said.get("code") && said.get("clientID")) {
  for (const button of buttons) button.addEventListener("click", choose);
  allow(true);
} else {
  tell("Nobody asked. Start the sign-in from the application.");
}
