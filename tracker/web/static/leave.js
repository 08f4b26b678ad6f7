/* Signing out: who does takes their day off the tablet, and is told of what is not yet saved there. Loaded with the page:
   where somebody signs out there may be no network to load it. */

import { mayLeave } from "./offline/leaving.js";
import { canSeal } from "./offline/seal.js";
import { forgetTaken } from "./offline/typed.js";

/* Whatever page follows: what the server has taken is not typed any more. Where the browser refuses its storage, nothing
   was kept there. */
if (canSeal()) forgetTaken().catch(() => {});

async function leave(form, submitter) {
  const owner = document.querySelector("[data-leaving]")?.dataset.leaving;
  try {
    if (!(await mayLeave(form, submitter, owner))) return;
  } catch {
    /* The browser refuses its storage: nothing could be kept there, and nobody is held back for it. */
  }
  form.dataset.left = "yes";
  form.requestSubmit(submitter);
}

/* On the window: before whatever else hears of a form. */
window.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.getAttribute("action")?.endsWith("/sign-out") || form.dataset.left || !globalThis.crypto?.subtle) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  void leave(form, event.submitter);
}, { capture: true });
