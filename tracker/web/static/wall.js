/* A screen in a hallway renews itself; where it cannot, it says since when what it shows is old. */

const ASK_EVERY_MS = 20_000;
/* In a dead spot an answer may never come. */
const PATIENCE_MS = 10_000;
let seenAt = new Date();

function hour(instant) {
  return instant.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
}

function complain() {
  document.querySelector(".wall-said").textContent = `No connection. This is how it was at ${hour(seenAt)}.`;
}

/* Its address was ended: what it shows is nobody's business any more. */
function goDark() {
  document.querySelector(".wall").replaceChildren();
  clearInterval(asking);
}

async function renew() {
  try {
    const answer = await fetch(location.href, { cache: "no-cache", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.status === 404) return goDark();
    if (!answer.ok) return complain();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.querySelector(".wall");
    const now = document.querySelector(".wall");
    seenAt = new Date();
    if (next && next.innerHTML !== now.innerHTML) now.replaceWith(next);
  } catch {
    complain();
  }
}

const asking = setInterval(renew, ASK_EVERY_MS);
