/* Answering an item without waiting for the server: the answer is kept, shown and sent in the background. Where it cannot
   be kept, or two people are needed, the page's own form is sent as ever. */

import { canKeep, keeping, panel, renewAlong, setClock } from "./along.js";
import { keep, sendAll } from "./queue.js";
import { wordsOf } from "./rules.js";
import { listEntries } from "./store.js";
import { ask } from "./taking.js";

const TRY_EVERY_MS = 5_000;
/* Who ticks one item after the other has the day renewed once behind them. */
const TAKE_AFTER_MS = 2_000;
/* A form with any other answer in it, like a second person's PIN or an earlier time, goes to the server by itself. */
const TAKEN = new Set(["csrf_token", "form_of", "expected_version", "section", "item", "seen", "state", "value", "reason"]);
const [, CASE, APPOINTMENT] = /^\/day\/visits\/([0-9a-f]{32})\/(\d+)/.exec(location.pathname) ?? [];

/* What was answered on this page, by the id of the entry. */
const mine = new Map();
let isSending = false;
let isNeeded = false;
let inTheWay = "";
let aside = "";
/* How many answers wait on the disk, and how many are on their way to it. */
let stored = 0;
let storing = 0;
let taking = 0;

const rowOf = (item) => document.getElementById(`item-${item}`);

/* ── What the page says ─────────────────────────────────────────────────── */

const SAYINGS = {
  "": (count) => `${count} not yet saved`,
  no_network: (count) => `waiting for network (${count})`,
  signed_out: (count) => `${count} not yet saved: load the page and sign in`,
  unreadable: (count) => `${count} not yet saved: type your PIN at /day/offline`,
  somebody_elses: (count) => `${count} not yet saved`,
};

/* As soon as an answer is given, also before it is on the disk. */
function sayInBar() {
  const count = stored + storing;
  const place = document.querySelector("[data-saved]");
  const sentence = (count ? (SAYINGS[inTheWay] ?? SAYINGS[""])(count) : "all saved") + aside;
  if (place && place.textContent !== sentence) place.textContent = sentence;
}

async function renewBar() {
  stored = (await listEntries(panel.dataset.owner)).length;
  sayInBar();
  return stored;
}

function showKept(row, words) {
  row.querySelector(".field-error")?.remove();
  row.classList.add("is-unsaved");
  row.querySelector(".tap")?.classList.add("is-done");
  const place = row.querySelector(".tap-sub");
  if (place) place.textContent = words;
}

function showProblem(row, sentence) {
  row.classList.remove("is-unsaved");
  if (!row.classList.contains("is-done")) row.querySelector(".tap")?.classList.remove("is-done");
  row.querySelector(".field-error")?.remove();
  const problem = document.createElement("p");
  problem.className = "field-error";
  problem.setAttribute("role", "alert");
  problem.textContent = sentence;
  row.prepend(problem);
  const place = row.querySelector(".tap-sub");
  if (place) place.textContent = "not saved";
}

/* ── The page as the server has it ──────────────────────────────────────── */

const standsFor = (row) => `${row.textContent.replace(/\s+/g, " ")} ${row.querySelector("[name=seen]")?.value}`;

function isTypedIn(row) {
  const fields = [...row.querySelectorAll("input:not([type=hidden]):not([type=radio]), select")];
  return fields.some((field) => field === document.activeElement || (field.tagName === "INPUT" && field.value !== field.defaultValue));
}

function renewRow(row, newer) {
  if (row.classList.contains("is-unsaved") || row.querySelector(".field-error") || (isTypedIn(row) && !row.dataset.kept)) return;
  const hadFocus = row.contains(document.activeElement);
  if (row.dataset.kept || standsFor(row) !== standsFor(newer)) row.replaceWith(newer);
  if (hadFocus && newer.isConnected) newer.querySelector("button:not([disabled]), summary")?.focus();
}

function renewFrom(page) {
  const rows = [...document.querySelectorAll(".checklist > .item")];
  const newer = new Map([...page.querySelectorAll(".checklist > .item")].map((row) => [row.id, row]));
  for (const row of rows) if (newer.has(row.id)) renewRow(row, newer.get(row.id));
  for (const part of ["[data-stops]", ".savebar"]) {
    const [here, there] = [document.querySelector(part), page.querySelector(part)];
    if (here && there && here.textContent !== there.textContent) here.replaceWith(there);
  }
  const isOther = rows.length !== newer.size || rows.some((row) => !newer.has(row.id));
  if (isOther && !document.querySelector(".is-unsaved") && !rows.some((row) => isTypedIn(row))) location.reload();
}

async function renewPage() {
  try {
    const answer = await fetch(location.href, { redirect: "manual", cache: "no-store" });
    if (answer.ok) renewFrom(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    /* It is saved; what else changed is seen when the page is loaded again. */
  }
}

/* What was typed and not taken is before the eyes again, to be put right. Where the answer needs a field that the page
   does not have yet, the server draws the form with it. */
function putBack({ given, form, submitter }, problems) {
  for (const name of ["state", "value", "reason"]) {
    const field = form.querySelector(`input[name=${name}]:not([type=hidden]), select[name=${name}]`);
    if (field && given[name]) field.value = given[name];
  }
  form.closest("details")?.setAttribute("open", "");
  const lacks = Object.keys(problems).find((name) => !form.querySelector(`[name=${name}]`));
  if (!lacks) return;
  form.dataset.plain = "yes";
  form.requestSubmit(submitter);
}

/* ── Keeping and sending ────────────────────────────────────────────────── */

function settle(entry, said) {
  setClock(said.at);
  const row = entry.visit === `${CASE}/${APPOINTMENT}` ? rowOf(entry.item) : null;
  if (said.outcome === "unreadable") return;
  if (said.outcome === "not_taken" && row) {
    showProblem(row, said.said);
    putBack(mine.get(entry.id), said.problems);
    return;
  }
  if (said.outcome !== "saved") aside = ` · not taken, and now a task for the nurses: ${said.said}`;
  if (!row) return;
  row.classList.remove("is-unsaved");
  row.dataset.kept = "yes";
}

async function send() {
  if (isSending) {
    isNeeded = true;
    return;
  }
  isSending = true;
  const { length: waiting } = await listEntries(panel.dataset.owner);
  const renew = async () => (await ask()).told?.csrf_token ?? null;
  const isWatched = (entry) => mine.has(entry.id) && !document.hidden;
  const token = document.querySelector("input[name=csrf_token]").value;
  if (waiting) inTheWay = await sendAll(panel.dataset.owner, token, { isWatched, tell: settle, renew });
  isSending = false;
  if (isNeeded) {
    isNeeded = false;
    await send();
    return;
  }
  const left = await renewBar();
  if (waiting > left) {
    await renewPage();
    await renewBar();
    clearTimeout(taking);
    taking = setTimeout(renewAlong, TAKE_AFTER_MS);
  }
}

function answerOf(typed) {
  return {
    case: CASE,
    appointment: Number(APPOINTMENT),
    item: typed.get("item"),
    seen: Number(typed.get("seen")),
    state: typed.get("state"),
    value: typed.get("value") ?? "",
    reason: typed.get("reason") ?? "",
  };
}

/* A sentence for what an answer evidently lacks: the rest is the server's to say. */
function lacks(typed) {
  if (typed.get("state") !== "done") return typed.get("reason")?.trim() ? "" : "Say why.";
  return typed.has("value") && !typed.get("value").trim() ? "Write down what was read or measured." : "";
}

async function take(form, submitter, row, typed) {
  const given = answerOf(typed);
  const words = [wordsOf(given.state), given.value, given.reason, "not yet saved"].filter(Boolean).join(" · ");
  showKept(row, words);
  storing += 1;
  sayInBar();
  try {
    mine.set(await keep(given, keeping()), { given, form, submitter });
    /* It is kept: nothing in the form is only typed any more. */
    form.reset();
  } catch {
    /* This browser keeps nothing: the form goes to the server by itself. */
    form.dataset.plain = "yes";
    form.requestSubmit(submitter);
    return;
  } finally {
    storing -= 1;
  }
  await renewBar();
  await send();
}

function needsTwo(form, typed) {
  return form.querySelector("[name=second_by]") !== null && typed.get("state") === "done";
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const row = form.closest(".checklist > .item");
  if (!canKeep || !row || form.dataset.plain) return;
  const typed = new FormData(form, event.submitter);
  const others = [...typed].filter(([name, value]) => value && !TAKEN.has(name));
  const isAlone = inTheWay !== "no_network";
  if ((others.length || needsTwo(form, typed)) && isAlone && navigator.onLine) return;
  event.preventDefault();
  event.stopPropagation();
  if (others.length || needsTwo(form, typed)) {
    showProblem(row, "This needs the network: two people, or an earlier time. Note it on paper and enter it when the network is back.");
  } else if (lacks(typed)) {
    showProblem(row, lacks(typed));
  } else {
    void take(form, event.submitter, row, typed);
  }
}, { capture: true });

async function markWaiting() {
  for (const entry of await listEntries(panel.dataset.owner)) {
    const row = entry.visit === `${CASE}/${APPOINTMENT}` ? rowOf(entry.item) : null;
    if (row) showKept(row, "answered on this tablet, not yet saved");
  }
  await send();
}

if (canKeep) {
  addEventListener("online", send);
  setInterval(send, TRY_EVERY_MS);
  void markWaiting();
}
