/* Answers that were not taken this very moment. Each stays on the disk and at its item, beside what stands there now, until
   whoever gave it chooses. Where the page is left without a choice it is sent as whatever waited: then it is a task. */

import { panel } from "./along.js";
import { sendLeft } from "./queue.js";
import { wordsOf } from "./rules.js";
import { make } from "./show.js";
import { removeEntry } from "./store.js";

/* By item: the entry as it is on the disk, what was answered, and why it was not taken. */
const held = new Map();

export const isHeld = (entry) => [...held.values()].some((each) => each.entry.id === entry.id);
export const heldAt = (item) => held.get(item);

export function hold(entry, { given, said, isConflict }) {
  held.set(entry.item, { entry, given, said, isConflict });
}

/* It was chosen: it need not be kept. */
export async function letGo(item) {
  const kept = held.get(item);
  held.delete(item);
  if (kept) await removeEntry(kept.entry.order);
}

function answerWords({ state, value, reason }) {
  return [wordsOf(state), value, reason].filter(Boolean).join(" · ");
}

function choice(words, look, chosen) {
  const button = make("button", { class: `button ${look}is-touch`, type: "button" }, words);
  button.addEventListener("click", chosen);
  return button;
}

/* Say at an item what was answered and not taken, and what stands. `mine`, `leave`: what is done on each choice. */
export function showHeld(row, item, { mine, leave }) {
  const { given, said, isConflict } = held.get(item);
  const stands = row.classList.contains("is-done") ? row.querySelector(".tap-sub")?.textContent : "";
  row.querySelector("[data-told]")?.remove();
  row.append(make("div", { class: "item-told", "data-told": true },
    make("p", { class: "field-error", role: "alert" }, said),
    make("p", {}, make("b", {}, "Your answer, not saved: "), `${answerWords(given)} · ${panel.dataset.name}`),
    stands ? make("p", {}, make("b", {}, "What stands: "), stands) : "",
    make("div", { class: "actions" },
      isConflict ? choice("Record mine", "", mine) : "",
      choice(isConflict && stands ? "Leave what stands" : "Do not record mine", "is-secondary ", leave))));
}

addEventListener("pagehide", () => {
  const token = document.querySelector("input[name=csrf_token]")?.value;
  if (token) sendLeft([...held.values()].map(({ entry }) => entry), token);
});
