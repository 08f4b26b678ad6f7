/* Signing out takes the day off the tablet. What is not yet saved stays, encrypted, and is told of before. */

import { canSeal } from "./seal.js";
import { clearDay, listEntries } from "./store.js";
import { make, plural } from "./show.js";

/* Ask whether to leave although something is not yet saved. */
function confirmLeaving(count) {
  const stay = make("button", { class: "button is-touch", type: "submit", value: "stay", autofocus: true }, "Stay signed in");
  const go = make("button", { class: "button is-secondary is-touch", type: "submit", value: "go" }, "Sign out all the same");
  const dialog = make("dialog", { "aria-labelledby": "unsaved-title" },
    make("h2", { id: "unsaved-title" }, `${plural(count, "answer")} not yet saved`),
    make("p", {}, "They stay on this tablet, encrypted, and are saved when whoever gave them signs in here again with network. Signed out, nobody can see them."),
    make("form", { method: "dialog", class: "actions" }, stay, go));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "go");
      dialog.remove();
    });
  });
}

function note(form, name, value) {
  form.append(make("input", { type: "hidden", name, value }));
}

/* Whether the form may be sent now. `submitter` says who leaves where a tablet is shared. */
export async function mayLeave(form, submitter, owner) {
  if (!canSeal()) return true;
  const entries = await listEntries();
  const isForAll = submitter?.value === "all" || (!submitter?.value && !document.getElementById("tablet-lock"));
  const concerned = isForAll ? entries : entries.filter((each) => each.owner === owner);
  if (concerned.length && !(await confirmLeaving(concerned.length))) return false;
  await clearDay(isForAll ? null : owner);
  /* The server has the browser forget everything only where that loses nothing. */
  if (!entries.length) note(form, "unsaved", "none");
  return true;
}
