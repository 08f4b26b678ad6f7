/* Signing out takes the day off the tablet, and what is typed and not sent. Answers that are not yet saved stay, encrypted.
   Both are told of before. Without network nobody can be signed out: then the page is left for the locked one. */

import { canSeal } from "./seal.js";
import { clearDay, listEntries, listTyped } from "./store.js";
import { make, plural } from "./show.js";
import { LOCKED_PAGE, isServerThere } from "./taking.js";
import { clearTyped } from "./typed.js";

/* Ask whether to go; whether the answer was yes. Without a word for going there is nowhere to go. */
function ask({ title, text, go }) {
  const stay = make("button", { class: "button is-touch", type: "submit", value: "stay", autofocus: true }, "Stay signed in");
  const leave = go && make("button", { class: "button is-secondary is-touch", type: "submit", value: "go" }, go);
  const dialog = make("dialog", { "aria-labelledby": "unsaved-title" },
    make("h2", { id: "unsaved-title" }, title),
    make("p", {}, text),
    make("form", { method: "dialog", class: "actions" }, stay, leave));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "go");
      dialog.remove();
    });
  });
}

function confirmLeaving(answers, forms) {
  const both = [answers && plural(answers, "answer"), forms && `what is typed into ${plural(forms, "form")}`];
  const stays = "Answers stay on this tablet, encrypted, and are saved when whoever gave them signs in here again with network. Signed out, nobody can see them.";
  const goes = "What is typed into a form and was not sent is gone after signing out.";
  return ask({
    title: `${both.filter(Boolean).join(" and ")} not yet saved`.replace(/^w/, "W"),
    text: [answers && stays, forms && goes].filter(Boolean).join(" "),
    go: "Sign out all the same",
  });
}

/* Nobody is signed out without network: what is left is to lock, where this tablet has the page for it. */
async function lockInstead(count) {
  const canLock = await navigator.serviceWorker?.getRegistration("/day");
  const unsaved = count ? `${plural(count, "answer")} not yet saved: kept on this tablet, encrypted, until there is network. ` : "";
  const goes = await ask({
    title: "No network: you cannot be signed out now",
    text: `${unsaved}Sign out when the network is back${canLock ? "; until then, lock this page" : ""}.`,
    go: canLock ? "Lock" : null,
  });
  if (goes) location.replace(LOCKED_PAGE);
}

function note(form, name, value) {
  form.append(make("input", { type: "hidden", name, value }));
}

/* Whether the form may be sent now. `submitter` says who leaves where a tablet is shared. */
export async function mayLeave(form, submitter, owner) {
  if (!canSeal()) return true;
  const entries = await listEntries();
  const isShared = submitter?.value === "all" || document.getElementById("tablet-lock") !== null;
  const isForAll = submitter?.value === "all" || (!submitter?.value && !isShared);
  const concerned = isForAll ? entries : entries.filter((each) => each.owner === owner);
  /* On a computer that is not shared, what somebody else typed before their session ended is not the leaver's to lose. */
  const typist = isForAll && isShared ? null : owner;
  const typed = await listTyped(typist);
  if (!(await isServerThere())) {
    await lockInstead(concerned.length);
    return false;
  }
  if (concerned.length + typed.length && !(await confirmLeaving(concerned.length, typed.length))) return false;
  await clearDay(isForAll ? null : owner);
  await clearTyped(typist);
  /* The server has the browser forget everything only where that loses nothing. */
  if (!entries.length && !(await listTyped()).length) note(form, "unsaved", "none");
  return true;
}
