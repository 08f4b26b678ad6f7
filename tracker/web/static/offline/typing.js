/* The forms of the day while somebody types: what stands in them is kept on the tablet, and offered back to the same
   person when the page is opened again. Nothing is put into a form by itself. */

import { isChanged } from "../changed.js";
import { canSeal, randomId } from "./seal.js";
import { make, plural } from "./show.js";
import { expire, listTyped, removeTyped } from "./store.js";
import { forgetTaken, keepTyped } from "./typed.js";

const KEEP_AFTER_MS = 200;
/* Nobody's form waits longer for the disk. */
const PATIENCE_MS = 1_000;
/* More offers than this stand in one line until somebody wants to see them. */
const MOST_SHOWN = 2;
const NEVER = new Set(["hidden", "password", "file", "submit", "button", "reset", "image"]);

const panel = document.querySelector("[data-typed]");
const clockIsBehind = Date.parse(panel?.dataset.at ?? "") - Date.now();
const server = () => ({ serverKey: panel.dataset.serverKey, at: Date.now() + clockIsBehind });
/* What is read aloud is of the checklist. */
const PLACE = location.pathname.replace(/\/aloud\/\d+$/, "");

/* By form: the id of what is kept of it, and when it is kept next; and the forms that are on the disk and may go. */
const ids = new WeakMap();
const timers = new WeakMap();
const flushed = new WeakSet();
let saving = Promise.resolve();
/* The form that came back from the server: it holds what was typed, and nothing of it is saved. */
let cameBack = null;

/* ── What stands in a form ──────────────────────────────────────────────── */

const isOurs = (form) => form?.matches("main form[method=post]") && form.querySelector("[name=form_of]") !== null;
const wordsAbout = (form) => form.closest(".checklist > .item")?.querySelector(".tap-text") ?? document.getElementById("aloud-text");

function plainName(form) {
  const item = form.querySelector("input[type=hidden][name=item]")?.value;
  if (!item) return form.getAttribute("action").replace(/\?$/, "");
  return `${item}/${form.classList.contains("item-other") ? "other" : "first"}`;
}

/* The name of a form on its page: the same when the page is opened again. */
function nameOf(form) {
  const plain = plainName(form);
  const alike = [...document.querySelectorAll("main form")].filter((each) => isOurs(each) && plainName(each) === plain);
  const place = Math.max(alike.indexOf(form), 0);
  return place ? `${plain}#${place}` : plain;
}

function wordsOf(label) {
  const copy = label?.cloneNode(true);
  for (const each of copy?.querySelectorAll("input, select, textarea, button, .field-need, .tap-sub") ?? []) each.remove();
  return copy?.textContent.trim().replace(/\s+/g, " ") ?? "";
}

function controlsOf(form) {
  return [...form.elements].filter((each) => each.name && each.matches("input, select, textarea") && !NEVER.has(each.type));
}

/* Which of the controls of one name it is. */
function nthOf(form, control) {
  return controlsOf(form).filter((each) => each.name === control.name).indexOf(control);
}

function saidOf(control) {
  if (control.tagName === "SELECT") return [...control.selectedOptions].map((each) => each.text).join(", ");
  if (control.type === "checkbox") return control.checked ? "ticked" : "not ticked";
  if (control.type === "datetime-local") return control.value.replace("T", " ");
  return control.type === "radio" ? wordsOf(control.labels[0]) : control.value;
}

function fieldOf(form, control) {
  const group = control.type === "radio" ? control.closest("fieldset")?.querySelector("legend") : control.labels?.[0];
  return {
    name: control.name,
    nth: nthOf(form, control),
    value: control.value,
    checked: control.checked ?? false,
    label: wordsOf(group),
    said: saidOf(control),
  };
}

function typedIn(form) {
  const typed = controlsOf(form).filter((each) => (form === cameBack ? each.value || each.checked : isChanged(each)));
  return typed.filter((each) => each.type !== "radio" || each.checked).map((each) => fieldOf(form, each));
}

/* ── Keeping it ─────────────────────────────────────────────────────────── */

function idOf(form) {
  if (!ids.has(form)) ids.set(form, randomId());
  return ids.get(form);
}

/* The form says which of what is kept it is, so that the server can say that it has it. */
function nameInForm(form, id) {
  const named = form.querySelector("[name=typed_here]") ?? make("input", { type: "hidden", name: "typed_here" });
  named.value = id;
  if (!named.isConnected) form.append(named);
}

async function keepForm(form, isSent) {
  clearTimeout(timers.get(form));
  const fields = typedIn(form);
  if (!fields.length) {
    if (ids.has(form)) await removeTyped([ids.get(form)]);
    form.querySelector("[name=typed_here]")?.remove();
    return;
  }
  const about = wordsOf(wordsAbout(form));
  const typed = { id: idOf(form), owner: panel.dataset.owner, place: PLACE, form: nameOf(form), about, fields };
  nameInForm(form, typed.id);
  await keepTyped(typed, server(), isSent);
}

/* One after the other: what was typed last stands. */
function keep(form, isSent = false) {
  saving = saving.then(() => keepForm(form, isSent)).catch(() => {
    /* This browser keeps nothing: the form is sent as ever. */
  });
  return saving;
}

/* Everything that stands in a form, before the page is led away from. */
function keepAll() {
  const forms = [...document.querySelectorAll("main form")].filter(isOurs);
  return Promise.all(forms.map((form) => keep(form)));
}

/* Soon while somebody types, at once when they leave the field. */
function hear({ target, type }) {
  const { form } = target;
  if (!isOurs(form)) return;
  clearTimeout(timers.get(form));
  if (type === "change") void keep(form);
  else timers.set(form, setTimeout(keep, KEEP_AFTER_MS, form));
}

/* Nothing else has a say in it any more: the form goes to the server. It goes once all of it is on the disk. */
async function keepAndSend(event) {
  const form = event.target;
  if (event.defaultPrevented || !isOurs(form) || flushed.has(form) || !typedIn(form).length) return;
  event.preventDefault();
  await Promise.race([keep(form, true), new Promise((resolve) => { setTimeout(resolve, PATIENCE_MS); })]);
  flushed.add(form);
  delete form.dataset.sent;
  form.requestSubmit(event.submitter);
  flushed.delete(form);
}

/* ── Offering it back ───────────────────────────────────────────────────── */

/* What the server reads of it for this person; null where it does not. */
async function open({ forServer }) {
  const body = new FormData();
  body.append("csrf_token", document.querySelector("[name=csrf_token]").value);
  body.append("sealed", forServer);
  const answer = await fetch(panel.dataset.typed, { method: "POST", body, redirect: "manual", cache: "no-store" });
  return answer.ok ? (await answer.json()).typed : null;
}

function formFor(kept) {
  return [...document.querySelectorAll("main form")].find((each) => isOurs(each) && nameOf(each) === kept.form);
}

function controlFor(form, field) {
  const alike = controlsOf(form).filter((each) => each.name === field.name);
  const isChoice = ["radio", "checkbox"].includes(alike[0]?.type);
  return isChoice ? alike.find((each) => each.value === field.value) : alike[field.nth];
}

function putInto(control, field) {
  if (["radio", "checkbox"].includes(control.type)) control.checked = field.checked;
  else control.value = field.value;
  control.dispatchEvent(new Event("change", { bubbles: true }));
}

/* Put it back into its form; the sentences of those fields that are not asked any more. */
async function putBack(kept, content) {
  const form = formFor(content);
  const lost = content.fields.filter((field) => !form || !controlFor(form, field));
  if (!form || lost.length === content.fields.length) return lost;
  const before = ids.get(form);
  if (!lost.length) ids.set(form, kept.id);
  const found = content.fields.map((field) => [controlFor(form, field), field]).filter(([control]) => control);
  for (const [control, field] of found) putInto(control, field);
  for (const each of [form.closest("details"), ...form.querySelectorAll("details")]) each?.setAttribute("open", "");
  await keep(form);
  if (before && !lost.length && before !== kept.id) await removeTyped([before]);
  found[0][0].focus();
  return lost;
}

function line({ label, said }) {
  const short = label.replace(/^Value of: .*/, "Value");
  return make("li", {}, short ? make("b", {}, `${short}: `) : "", said);
}

function sentenceOf(kept, content) {
  const what = content.about ? `For “${content.about}” you` : "You";
  return kept.isSent
    ? `${what} had typed this at ${content.said_at} and sent it; whether it was saved is not known. Look before you keep it.`
    : `${what} had typed this at ${content.said_at}; it is not saved yet.`;
}

/* Where offers stand: below each other, many of them behind one line that counts them. */
let place = panel;

function fold(count) {
  if (count <= MOST_SHOWN) return;
  place = make("details", {}, make("summary", {}, ""));
  panel.append(place);
}

function renewPlace() {
  const count = panel.querySelectorAll(".panel").length;
  panel.hidden = !count;
  const line = panel.querySelector("summary");
  if (line) line.textContent = `${plural(count, "thing")} you had typed ${count === 1 ? "is" : "are"} not saved: show`;
}

/* The item has this very answer by now: there is nothing to offer. */
function stands({ form, fields }) {
  const row = document.getElementById(`item-${form.split("/")[0]}`);
  const answer = row?.dataset.stands;
  return answer !== undefined && fields.every(({ name, value }) => name === "value" && value.trim() === answer);
}

function offer(kept, content) {
  const keepButton = make("button", { class: "button is-touch", type: "button" }, "Keep");
  const discard = make("button", { class: "button is-secondary is-touch", type: "button" }, "Discard");
  const lines = make("ul", {}, ...content.fields.map(line));
  const sentence = make("p", {}, sentenceOf(kept, content));
  const box = make("div", { class: "panel" }, sentence, lines, make("div", { class: "actions" }, keepButton, discard));
  const close = () => {
    box.remove();
    renewPlace();
  };
  keepButton.addEventListener("click", async () => {
    const lost = await putBack(kept, content);
    if (!lost.length) close();
    else {
      sentence.textContent = "This is not asked here any more. It stays here until you discard it, twelve hours at most.";
      lines.replaceChildren(...lost.map(line));
      keepButton.remove();
    }
  });
  discard.addEventListener("click", async () => {
    await removeTyped([kept.id]);
    close();
  });
  place.append(box);
  renewPlace();
}

/* What came back from the server stands in its form already. */
function adopt(kept) {
  cameBack = formFor(kept) ?? null;
  if (!cameBack) return false;
  ids.set(cameBack, kept.id);
  void keep(cameBack);
  return true;
}

/* Whoever types while offers are still being looked for has it in front of them. */
function isOfThisPage(kept) {
  return [...document.querySelectorAll("main form")].some((form) => ids.get(form) === kept.id);
}

/* Read aloud, a page shows one item: what was typed into another one is offered there. */
function isAsked(kept) {
  return PLACE === location.pathname || Boolean(formFor(kept));
}

async function start() {
  await forgetTaken();
  await expire();
  const here = (await listTyped(panel.dataset.owner)).filter((each) => each.place === PLACE && isAsked(each));
  const waiting = here.sort((one, other) => one.keptAt - other.keptAt).filter((each) => each.id !== panel.dataset.cameBack || !adopt(each));
  const offers = [];
  for (const kept of waiting) {
    const content = await open(kept);
    if (isOfThisPage(kept)) continue;
    if (content && stands(content)) await removeTyped([kept.id]);
    else if (content) offers.push([kept, content]);
  }
  fold(offers.length);
  for (const each of offers) offer(...each);
  /* A page that is loaded again stands where it stood: whoever does nothing else yet is led to what is offered. */
  if (!panel.hidden && document.activeElement === document.body) panel.focus();
}

if (panel && canSeal()) {
  document.addEventListener("input", hear);
  document.addEventListener("change", hear);
  /* What is answered, and waits by itself, is not typed any more: its fields are empty once this was heard. */
  document.addEventListener("reset", ({ target }) => { if (isOurs(target)) setTimeout(keep, 0, target); });
  addEventListener("submit", keepAndSend);
  addEventListener("page-is-left", ({ detail }) => detail.push(keepAll()));
  void start();
}
