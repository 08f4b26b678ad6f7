/* The page without network: the day that was taken along, unlocked with a PIN, readable and answerable; it locks itself,
   and sends what waits as soon as the server is there again. */

import { isTask, keepTold, taskWords } from "./became.js";
import { sendAll } from "./queue.js";
import { NEEDS_NETWORK, answersOf, askedOf, clock, lacks, needsTwo } from "./rules.js";
import { checklist, dayList, make, plural, sayNotTaken } from "./show.js";
import { expire, getDay, listDays, listEntries } from "./store.js";
import { ask, take } from "./taking.js";
import { unlock } from "./unlocked.js";

const LOCK_AFTER_MS = 5 * 60 * 1000;
const LOOK_EVERY_MS = 2_000;
const TRY_EVERY_MS = 10_000;
const TYPED_AFTER_MS = 300;

const view = document.querySelector("[data-view]");
const heading = document.querySelector("h1");
const said = document.querySelector("[data-said]");
const asOf = document.querySelector("[data-as-of]");
const bar = document.querySelector("[data-bar]");
const saved = document.querySelector("[data-saved]");
const back = document.querySelector("[data-back]");
const lockButton = document.querySelector("[data-lock]");

let person = null;
let usedAt = Date.now();
let network = "no_network";
let isTrying = false;
/* How many answers became a task since this page was opened. */
let notTaken = 0;
let typedTimer = 0;

function say(sentence) {
  said.textContent = sentence;
}

/* ── Locked ─────────────────────────────────────────────────────────────── */

async function showLock(sentence = "") {
  person = null;
  asOf.textContent = "";
  lockButton.hidden = true;
  const days = await listDays();
  const { length: waiting } = await listEntries();
  say(sentence);
  if (days.length) view.replaceChildren(...(days.length === 1 ? [pinForm(days[0])] : [chooser(days)]));
  else view.replaceChildren(make("p", {}, nothingHere(waiting)));
  view.querySelector("input, button")?.focus();
  await renewBar();
}

function nothingHere(waiting) {
  const kept = waiting ? ` ${plural(waiting, "answer")} not yet saved: kept here, encrypted, until the person who gave ` +
    "them signs in with network." : "";
  return `Nothing of the day is on this tablet. It is taken along when a nurse with a PIN opens the Day page.${kept}`;
}

function chooser(days) {
  const names = days.map((day) => {
    const button = make("button", { class: "button is-secondary is-touch", type: "button" }, day.name);
    button.addEventListener("click", () => {
      view.replaceChildren(pinForm(day));
      view.querySelector("input").focus();
    });
    return button;
  });
  return make("div", { class: "offline-people" }, make("p", {}, "Whose day is it?"), ...names);
}

function pinForm(day) {
  const pin = make("input", { type: "password", name: "pin", id: "pin", inputmode: "numeric", autocomplete: "off", maxlength: 8 });
  const form = make("form", { class: "offline-pin", novalidate: true },
    make("label", { for: "pin" }, `PIN of ${day.name}`), pin,
    make("button", { class: "button is-touch", type: "submit" }, "Open"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void tryPin(day, pin.value);
  });
  return form;
}

async function tryPin(day, pin) {
  await expire();
  const { person: opened, left } = await unlock(day.owner, pin);
  if (opened?.day) {
    person = opened;
    usedAt = Date.now();
    say("");
    lockButton.hidden = false;
    show();
    void tryNetwork();
  } else if (opened || !left) {
    await showLock("The day is not on this tablet any more. What is not yet saved stays, encrypted.");
  } else {
    await showLock(`This is not the PIN. ${plural(left, "more try", "more tries")}, then the day is taken off this tablet.`);
  }
}

async function lock() {
  const typed = keepTyped();
  view.replaceChildren();
  await typed;
  await showLock("Locked.");
}

/* ── Unlocked ───────────────────────────────────────────────────────────── */

function openedPlace() {
  const place = /^#visit-(\d+)$/.exec(location.hash);
  return place && person.day.visits[Number(place[1])] ? Number(place[1]) : null;
}

/* Show the list, or the visit that the address names. */
function show() {
  if (!person) return;
  draw();
  view.querySelector("h2")?.focus();
}

function draw() {
  const { day } = person;
  asOf.textContent = `${day.title} · as of ${clock(day.at, day.zone)}, as the server had it then · ${person.name}`;
  const place = openedPlace();
  const shown = place === null ? dayList(day, (visit) => person.pendingOf(visit))
    : checklist(day, day.visits[place], person.pendingOf(day.visits[place]));
  view.replaceChildren(shown);
  putTypedBack();
  void renewBar();
}

function complain(row, sentence) {
  row.querySelector(".field-error")?.remove();
  row.prepend(make("p", { class: "field-error", role: "alert" }, sentence));
}

function lacking(rule, visit, given) {
  const rules = person.day.checklists[visit.checklist];
  const answers = answersOf(rules, visit, person.pendingOf(visit));
  const moment = { on: person.day.on, zone: person.day.zone, now: person.now() };
  if (needsTwo(rule, given, { rules, visit, answers, day: person.day, at: moment.now })) return NEEDS_NETWORK;
  return lacks(rule, given, visit, { asked: askedOf(rules, visit, answers), answers, moment });
}

/* What is asked further on, and what stops, follows from each answer: the whole list is drawn anew, in its place. */
async function drawAnew(key) {
  await keepTyped();
  draw();
  document.getElementById(`item-${key}`)?.querySelector("button, summary")?.focus({ preventScroll: true });
}

async function answer(form, submitter) {
  const row = form.closest("[data-item]");
  const visit = person.day.visits[openedPlace()];
  const rule = person.day.checklists[visit.checklist].find((each) => each.key === row.dataset.item);
  const typed = new FormData(form, submitter);
  const given = { state: typed.get("state"), value: typed.get("value") ?? "", reason: typed.get("reason") ?? "" };
  const problem = lacking(rule, visit, given);
  if (problem) {
    complain(row, problem);
    return;
  }
  await person.answer(visit, rule.key, given);
  form.reset();
  await person.keepTyped(visit, `${rule.key}/${form.classList.contains("item-other") ? "other" : "first"}`, []);
  await drawAnew(rule.key);
  void tryNetwork();
}

/* ── What is being typed ────────────────────────────────────────────────── */

/* By the name of a form of an item, as the pages of the day name it: its fields. */
function typedForms() {
  const forms = [...view.querySelectorAll("[data-item] form")].map((form) => {
    const which = form.classList.contains("item-other") ? "other" : "first";
    return [`${form.closest("[data-item]").dataset.item}/${which}`, [...form.querySelectorAll("input:not([type=hidden]), select[name=value]")]];
  });
  return forms.filter(([, fields]) => fields.length);
}

function typedField(field) {
  const label = field.closest("label").firstChild.textContent.trim();
  return { name: field.name, nth: 0, value: field.value, checked: false, label, said: field.value };
}

/* What is shown of a form as it stands, and what else was typed into it on another page. */
async function keepTyped() {
  clearTimeout(typedTimer);
  if (!person?.day || openedPlace() === null) return;
  const visit = person.day.visits[openedPlace()];
  for (const [form, shown] of typedForms()) {
    const others = person.typedOf(visit, form).filter((each) => shown.every((field) => field.name !== each.name));
    await person.keepTyped(visit, form, [...shown.filter((field) => field.value).map(typedField), ...others]);
  }
}

function putTypedBack() {
  if (openedPlace() === null) return;
  const visit = person.day.visits[openedPlace()];
  for (const [form, shown] of typedForms()) {
    for (const field of shown) {
      field.value = person.typedOf(visit, form).findLast((each) => each.name === field.name)?.value ?? "";
      if (field.value) field.closest("details")?.setAttribute("open", "");
    }
  }
}

/* ── The network, and what waits for it ─────────────────────────────────── */

const IN_THE_WAY = {
  no_network: (count) => `waiting for network (${count})`,
  signed_out: (count) => `${count} not yet saved: sign in to save them`,
  unreadable: (count) => `${count} not yet saved: type your PIN to save them`,
  somebody_elses: (count) => `${count} not yet saved: they wait until you sign in yourself`,
  failing: (count) => `${count} not yet saved: the server fails at it, tell whoever looks after it; tried again`,
};

async function renewBar() {
  const { length: count } = await listEntries(person?.owner);
  const tell = IN_THE_WAY[network] ?? (() => `${count} not yet saved`);
  if (count) saved.textContent = tell(count);
  else if (notTaken) saved.textContent = `${sayNotTaken(notTaken)}, now a task for the nurses`;
  else saved.textContent = network === "no_network" ? "No network · all saved" : "All saved";
  heading.textContent = network === "no_network" ? "Without network" : "The network is back";
  document.title = document.title.replace(/^(Without network|The network is back)/, heading.textContent);
  back.hidden = network === "no_network";
  back.textContent = network === "signed_out" ? "Sign in" : "The network is back: open the day";
  bar.hidden = false;
}

async function sendWaiting(told) {
  if (person && told.owner !== person.owner) return "somebody_elses";
  const renew = async () => (await ask()).told?.csrf_token ?? null;
  const asides = new Map();
  const tell = (entry, answered) => { if (isTask(answered)) asides.set(entry.id, taskWords(answered)); };
  const { length: waiting } = await listEntries(told.owner);
  const inTheWay = await sendAll(told.owner, told.csrf_token, { tell, renew });
  await keepTold(asides, { owner: told.owner, serverKey: told.server_key, at: Date.parse(told.at) });
  notTaken += asides.size;
  if (asides.size) say(`${plural(asides.size, "answer")} could not be taken, and became a task for the nurses: ${[...new Set(asides.values())].join(" ")}`);
  if (inTheWay) return inTheWay;
  const newest = waiting ? await ask() : { told };
  if (newest.told) await take(newest.told);
  return "";
}

async function tryNetwork() {
  if (isTrying) return;
  isTrying = true;
  try {
    const { status, told } = await ask();
    network = status === "ok" ? await sendWaiting(told) : status;
    if (status === "ok" && !network) await renewDay();
  } finally {
    isTrying = false;
  }
  await renewBar();
}

/* The list as the server has it now; not under the fingers of somebody who types. */
async function renewDay() {
  if (!person || person.owner !== (await getDay(person.owner))?.owner) return;
  await keepTyped();
  await person.read();
  if (document.activeElement?.tagName !== "INPUT") draw();
}

async function isWaiting() {
  return network === "no_network" || (await listEntries(person?.owner)).length > 0;
}

/* ── Time passes ────────────────────────────────────────────────────────── */

async function look() {
  if (person && Date.now() - usedAt >= LOCK_AFTER_MS) await lock();
  if (await expire()) await showLock("Twelve hours have passed: the day is not on this tablet any more.");
}

for (const kind of ["pointerdown", "keydown", "input"]) {
  addEventListener(kind, () => {
    if (person && Date.now() - usedAt >= LOCK_AFTER_MS) void lock();
    else usedAt = Date.now();
  }, { capture: true, passive: true });
}
view.addEventListener("submit", (event) => {
  event.preventDefault();
  if (person && event.target.closest("[data-item]")) void answer(event.target, event.submitter);
});
view.addEventListener("input", () => {
  clearTimeout(typedTimer);
  typedTimer = setTimeout(keepTyped, TYPED_AFTER_MS);
});
lockButton.addEventListener("click", lock);
addEventListener("hashchange", show);
addEventListener("online", tryNetwork);
addEventListener("visibilitychange", look);
setInterval(look, LOOK_EVERY_MS);
setInterval(async () => { if (!document.hidden && (await isWaiting())) await tryNetwork(); }, TRY_EVERY_MS);

await expire();
await showLock();
void tryNetwork();
