/* Answering an item without waiting for the server: the answer is kept, shown and sent in the background. Where it cannot
   be kept, or two people are needed, the page's own form is sent as ever. */

import { canKeep, keeping, panel, renewAlong, setClock } from "./along.js";
import { isTask as isNowTask, keepTold, taskWords } from "./became.js";
import { heldAt, hold, isHeld, letGo, showHeld } from "./held.js";
import { keep, sendAll } from "./queue.js";
import { NEEDS_NETWORK, wordsOf } from "./rules.js";
import { make, sayNotTaken } from "./show.js";
import { listEntries } from "./store.js";
import { ask } from "./taking.js";

const TRY_EVERY_MS = 5_000;
/* What others answer meanwhile is seen as soon as on the list of the day. */
const RENEW_EVERY_MS = 15_000;
/* Who ticks one item after the other has the day renewed once behind them. */
const TAKE_AFTER_MS = 2_000;
/* Who answered no longer ago than this is still before the item. */
const JUST_NOW_MS = 20_000;
/* A form with any other answer in it, like a second person's PIN or an earlier time, goes to the server by itself. */
const TAKEN = new Set(["csrf_token", "form_of", "expected_version", "section", "item", "seen", "state", "value", "reason", "typed_here"]);
const [, CASE, APPOINTMENT] = /^\/day\/visits\/([0-9a-f]{32})\/(\d+)/.exec(location.pathname) ?? [];

/* What was answered on this page, by the id of the entry: when, and whether it ever waited. */
const mine = new Map();
/* What the server did not take, by visit and item, until it is answered anew: why, and whether it is a task now. */
const notTaken = new Map();
let isSending = false;
let isNeeded = false;
/* Whether the server said of an answer what became of it, since the page was renewed. */
let isSettled = false;
let inTheWay = "";
/* How many answers wait on the disk, and how many are on their way to it. */
let stored = 0;
let storing = 0;
let taking = 0;

const rowOf = (item) => document.getElementById(`item-${item}`);
const placeOf = (visit, item) => `${visit}/${item}`;
const HERE = `${CASE}/${APPOINTMENT}`;

/* ── What the page says ─────────────────────────────────────────────────── */

const SAYINGS = {
  "": (count) => `${count} not yet saved`,
  no_network: (count) => `waiting for network (${count})`,
  signed_out: (count) => `${count} not yet saved: load the page and sign in`,
  unreadable: (count) => `${count} not yet saved: type your PIN at /day/offline`,
  somebody_elses: (count) => `${count} not yet saved`,
  failing: (count) => `${count} not yet saved: the server fails at it, tell whoever looks after it; tried again`,
};

function sayRefused() {
  if (!notTaken.size) return "";
  const tasks = [...notTaken.values()].filter((each) => each.isTask);
  const reasons = [...new Set(tasks.map((each) => taskWords(each)))].join(" ");
  return sayNotTaken(notTaken.size) + (tasks.length ? `, now a task for the nurses: ${reasons}` : "");
}

/* What is still to be sent; what was not taken is its giver's to choose. */
async function listWaiting() {
  return (await listEntries(panel.dataset.owner)).filter((entry) => !isHeld(entry));
}

/* What came second and stands on the page as a task. */
function sayUndecided() {
  const count = document.querySelectorAll(".item-undecided").length;
  return count ? `${count} to be decided` : "";
}

/* As soon as an answer is given, also before it is on the disk. */
function sayInBar() {
  const count = stored + storing;
  const place = document.querySelector("[data-saved]");
  const waiting = count ? (SAYINGS[inTheWay] ?? SAYINGS[""])(count) : "";
  const sentence = [waiting, sayRefused()].filter(Boolean).join(" · ") || sayUndecided() || "all saved";
  if (place && place.textContent !== sentence) place.textContent = sentence;
}

async function renewBar() {
  stored = (await listWaiting()).length;
  sayInBar();
}

function clearSaid(row) {
  for (const each of row.querySelectorAll("[data-told], .field-error")) each.remove();
}

function showKept(row, words) {
  clearSaid(row);
  row.classList.add("is-unsaved");
  row.querySelector(".tap")?.classList.add("is-done");
  const place = row.querySelector(".tap-sub");
  if (place) place.textContent = words;
}

function sayAt(row, sentence) {
  clearSaid(row);
  row.append(make("div", { class: "item-told", "data-told": true }, make("p", { class: "field-error", role: "alert" }, sentence)));
}

function showProblem(row, sentence) {
  row.classList.remove("is-unsaved");
  if (!row.classList.contains("is-done")) row.querySelector(".tap")?.classList.remove("is-done");
  sayAt(row, sentence);
  const place = row.querySelector(".tap-sub");
  if (place) place.textContent = "not saved";
}

const itemOf = (row) => row.id.slice("item-".length);

function taskOf(row) {
  const told = notTaken.get(placeOf(HERE, itemOf(row)));
  return told?.isTask ? told : null;
}

/* The item as it stands, and with it what the answer from this tablet was, or that it is a task now. */
function tellAt(row) {
  const [told, item] = [taskOf(row), itemOf(row)];
  if (told) sayAt(row, ["Not taken, and now a task for the nurses", told.said].filter(Boolean).join(": "));
  else if (heldAt(item)) showHeld(row, item, { mine: () => recordMine(item), leave: () => leaveIt(item) });
}

/* ── The page as the server has it ──────────────────────────────────────── */

function standsFor(row) {
  const copy = row.cloneNode(true);
  clearSaid(copy);
  return `${copy.textContent.replace(/\s+/g, " ")} ${row.querySelector("[name=seen]")?.value}`;
}

function isTypedIn(row) {
  const fields = [...row.querySelectorAll("input:not([type=hidden]):not([type=radio]), select")];
  return fields.some((field) => field === document.activeElement || (field.tagName === "INPUT" && field.value !== field.defaultValue));
}

/* What stands now, beside what was not taken: whoever has read both may answer in its place. */
function showWhatStands(row, newer) {
  const [place, stands] = [row, newer].map((each) => each.querySelector(".tap-sub"));
  if (place && stands) place.textContent = stands.textContent;
  const seen = newer.querySelector("[name=seen]")?.value;
  if (seen) for (const field of row.querySelectorAll("[name=seen]")) field.value = seen;
}

function renewRow(row, newer) {
  const chosen = heldAt(itemOf(row));
  const isProblem = row.querySelector(".field-error") && !taskOf(row) && !chosen?.isConflict;
  if (isProblem && !row.classList.contains("is-unsaved")) showWhatStands(row, newer);
  if (row.classList.contains("is-unsaved") || isProblem || (isTypedIn(row) && !row.dataset.kept)) return;
  const hadFocus = row.contains(document.activeElement);
  if (row.dataset.kept || standsFor(row) !== standsFor(newer)) row.replaceWith(newer);
  if (newer.isConnected) tellAt(newer);
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
  if (isOther && !document.querySelector(".is-unsaved, [data-told]") && !rows.some((row) => isTypedIn(row))) location.reload();
}

async function renewPage() {
  try {
    const answer = await fetch(location.href, { redirect: "manual", cache: "no-store" });
    if (answer.ok) renewFrom(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    /* It is saved; what else changed is seen when the page is loaded again. */
  }
}

/* The form of an item that gives such an answer, and its button. */
function formOf(row, { state, value }) {
  const gives = (button) => {
    if (button.name === "value") return state === "done" && button.value === value;
    return button.name === "state" ? button.value === state : button.form.querySelector(`option[value=${state}]`) !== null;
  };
  const submitter = [...row.querySelectorAll(".item-form [type=submit], .item-other [type=submit]")].find(gives);
  return submitter && { form: submitter.form, submitter };
}

/* In the place of what stands now: whoever chooses has read both. */
async function recordMine(item) {
  const row = rowOf(item);
  const { given } = heldAt(item);
  const found = formOf(row, given);
  if (!found) return;
  const seen = Number(row.querySelector("[name=seen]")?.value ?? given.seen);
  await keepAnswer({ ...given, seen }, { ...found, row });
}

async function leaveIt(item) {
  await letGo(item);
  notTaken.delete(placeOf(HERE, item));
  const row = rowOf(item);
  clearSaid(row);
  row.dataset.kept = "yes";
  await renewPage();
  await renewBar();
}

/* What was typed and not taken is before the eyes again, to be put right. Where the answer needs a field that the page
   does not have yet, the server draws the form with it. */
function putBack({ given, form, submitter }, problems) {
  for (const name of ["state", "value", "reason"]) {
    const field = form.querySelector(`input[name=${name}]:not([type=hidden]), select[name=${name}]`);
    if (!field || !given[name]) continue;
    field.value = given[name];
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  form.closest("details")?.setAttribute("open", "");
  const lacks = Object.keys(problems).find((name) => !form.querySelector(`[name=${name}]`));
  if (!lacks) return;
  form.dataset.plain = "yes";
  /* The form takes the answer along, and is kept until the server has it: held as well, it would become a task. */
  void letGo(given.item).then(() => form.requestSubmit(submitter));
}

/* ── Keeping and sending ────────────────────────────────────────────────── */

function settle(entry, said) {
  setClock(said.at);
  const row = entry.visit === HERE ? rowOf(entry.item) : null;
  if (said.outcome === "unreadable") return;
  const isTask = isNowTask(said);
  if (said.outcome === "saved") {
    notTaken.delete(placeOf(entry.visit, entry.item));
    if (row) void letGo(entry.item);
  } else notTaken.set(placeOf(entry.visit, entry.item), { said: said.said ?? "", about: said.about, isTask });
  if (isTask) void keepTold(new Map([[entry.id, taskWords(said)]]), keeping());
  isSettled = true;
  if (!row) return;
  const isNotTaken = said.outcome === "not_taken";
  const isConflict = isNotTaken && !Object.keys(said.problems).length;
  if (isNotTaken) hold(entry, { given: mine.get(entry.id).given, said: said.said, isConflict });
  if (!isNotTaken || isConflict) {
    row.classList.remove("is-unsaved");
    row.dataset.kept = "yes";
    tellAt(row);
    return;
  }
  showProblem(row, said.said);
  tellAt(row);
  putBack(mine.get(entry.id), said.problems);
}

/* Whether the person is told beside the item why it is not taken: they answered this moment, and the page sends it for
   the first time. Whatever waited is set aside by the server, where it is found again after this page is closed. */
function isWatched(entry) {
  const answered = mine.get(entry.id);
  if (!answered) return false;
  const isFirst = !answered.hasWaited && Date.now() - answered.at <= JUST_NOW_MS;
  answered.hasWaited = true;
  return isFirst && !document.hidden && navigator.onLine;
}

async function send() {
  if (isSending) {
    isNeeded = true;
    return;
  }
  isSending = true;
  const { length: waiting } = await listWaiting();
  const renew = async () => (await ask()).told?.csrf_token ?? null;
  const token = document.querySelector("input[name=csrf_token]").value;
  if (waiting) inTheWay = await sendAll(panel.dataset.owner, token, { isWatched, isHeld, tell: settle, renew });
  if (inTheWay) for (const answered of mine.values()) answered.hasWaited = true;
  isSending = false;
  if (isNeeded) {
    isNeeded = false;
    await send();
    return;
  }
  await renewBar();
  if (isSettled) {
    isSettled = false;
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

/* What was not taken of this item before has its answer now. */
async function keepAnswer(given, { form, submitter, row }) {
  const words = [wordsOf(given.state), given.value, given.reason, "not yet saved"].filter(Boolean).join(" · ");
  showKept(row, words);
  storing += 1;
  sayInBar();
  try {
    const at = Date.now();
    mine.set(await keep(given, keeping()), { given, form, submitter, at, hasWaited: !navigator.onLine });
    /* It is kept: nothing in the form is only typed any more. */
    form.reset();
    await letGo(given.item);
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
    showProblem(row, NEEDS_NETWORK);
  } else if (lacks(typed)) {
    showProblem(row, lacks(typed));
  } else {
    void keepAnswer(answerOf(typed), { form, submitter: event.submitter, row });
  }
}, { capture: true });

async function markWaiting() {
  for (const entry of await listWaiting()) {
    const row = entry.visit === HERE ? rowOf(entry.item) : null;
    if (row) showKept(row, "answered on this tablet, not yet saved");
  }
  await send();
}

if (canKeep) {
  addEventListener("online", send);
  setInterval(send, TRY_EVERY_MS);
  setInterval(() => { if (!document.hidden) void renewPage(); }, RENEW_EVERY_MS);
  void markWaiting();
}
