/* What the page without network shows, made of elements; text is only ever text. */

import { answersOf, askedOf, clock, differenceOf, mayBeUnusual, openBefore, otherStates, progressOf, stopsOf, wordsOf } from "./rules.js";

/* More choices than this are a list to choose from instead of a button each. */
const MOST_BUTTONS = 4;

/* An element with attributes and content: texts and elements. */
export function make(tag, attributes = {}, ...content) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...content.filter((each) => each !== null && each !== ""));
  return element;
}

export function plural(count, one, many = `${one}s`) {
  return `${count} ${count === 1 ? one : many}`;
}

export function sayNotTaken(count) {
  return `${plural(count, "answer")} ${count === 1 ? "was" : "were"} not taken`;
}

function dot(...parts) {
  return parts.filter(Boolean).join(" · ");
}

function hidden(text) {
  return make("span", { class: "sr" }, text);
}

function person(visit) {
  return make("p", { class: "offline-person" }, make("b", {}, visit.name), ` born ${visit.born}`);
}

/* A day that was taken along before these were known has none of them. */
function warnings(said = []) {
  return said.map((each) => make("p", { class: "offline-warn" }, each));
}

/* In red, as on every page. */
function allergies(visit) {
  return visit.allergies ? make("p", { class: "offline-stop" }, `Allergies: ${visit.allergies}`) : "";
}

/* What the room holds against the patient: what was ordered, the side as it is marked now, and the allergies. */
function known(visit, answers) {
  const look = (label) => (label === "Allergies" && visit.allergies ? "offline-stop" : null);
  return make("dl", { class: "facts" }, ...visit.known.map(({ label, text, item }) =>
    make("div", {}, make("dt", {}, label), make("dd", { class: look(label) }, answers.get(item)?.value || text))));
}

/* The list of the day; each visit is opened by `#visit-<place in the list>`: no address names a patient. */
export function dayList(day, pendingOf) {
  if (!day.visits.length) return make("p", {}, "Nobody is booked on this day.");
  return make("ul", { class: "offline-list" }, ...day.visits.map((visit, place) => {
    const rules = day.checklists[visit.checklist];
    const pending = pendingOf(visit);
    const answers = answersOf(rules, visit, pending);
    const { done, of } = progressOf(rules, visit, answers);
    const [stop] = stopsOf(rules, visit, answers, day);
    return make("li", { class: "offline-row" },
      make("span", { class: "day-time num" }, visit.time),
      make("span", { class: "offline-what" },
        person(visit),
        ...warnings(visit.alike),
        allergies(visit),
        make("span", {}, dot(visit.procedure, visit.room, visit.state)),
        ...warnings([...(visit.warnings ?? []), ...rules.map((rule) => differenceOf(rule, visit, answers)).filter(Boolean)]),
        stop ? make("span", { class: "offline-stop" }, `Stop: ${stop}`) : "",
        pending.size ? make("span", { class: "offline-unsaved" }, `${pending.size} not yet saved`) : ""),
      of ? make("a", { class: "button is-touch", href: `#visit-${place}` }, `Checklist ${done}/${of}`,
        hidden(`: ${visit.name}`)) : make("span", {}, "No checklist"));
  }));
}

/* What is said of an item: the answer of this tablet, else the one that came with the day. */
function answerText(rule, visit, pending, zone) {
  const mine = pending.get(rule.key);
  if (!mine) return visit.answers.find((each) => each.counts && each.item === rule.key)?.said ?? "";
  return dot(wordsOf(mine.state), mine.value, mine.reason, clock(mine.made_at, zone), "not yet saved");
}

function choiceField(rule) {
  return make("label", {}, hidden(`Value of: ${rule.label}`),
    make("select", { name: "value" }, make("option", { value: "" }, "choose"),
      ...rule.choices.map((choice) => make("option", { value: choice }, choice))));
}

function textField(rule) {
  const kind = rule.value === "date" ? "date" : "text";
  return make("label", {}, hidden(`Value of: ${rule.label}`),
    make("input", { type: kind, name: "value", inputmode: rule.keypad, autocomplete: "off", maxlength: 200 }));
}

function valueField(rule) {
  return rule.choices.length ? choiceField(rule) : textField(rule);
}

function reasonField(label) {
  return make("label", {}, `${label} `, make("input", { type: "text", name: "reason", autocomplete: "off", maxlength: 500 }));
}

function choiceButtons(rule) {
  return [make("input", { type: "hidden", name: "state", value: "done" }),
    make("span", { class: "choices" }, ...rule.choices.map((choice) =>
      make("button", { class: "button is-secondary is-touch", type: "submit", name: "value", value: choice }, choice,
        hidden(`: ${rule.label}`))))];
}

function fields(rule, isEarly) {
  const reason = isEarly ? reasonField("Why it was done all the same") : mayBeUnusual(rule) ? reasonField("Why, where it is unusual") : "";
  if (rule.choices.length && rule.choices.length <= MOST_BUTTONS && !rule.two_person) {
    return make("span", { class: "tap-fields" }, reason, ...choiceButtons(rule));
  }
  return make("span", { class: "tap-fields" }, rule.value ? valueField(rule) : "",
    rule.unit ? make("span", { class: "unit" }, rule.unit) : "", reason,
    make("button", { class: "button is-secondary is-touch", type: "submit", name: "state", value: "done" }, "Done", hidden(`: ${rule.label}`)));
}

function itemForm(rule, { said, isDone, first }) {
  const hints = dot(rule.says, rule.hint,
    rule.two_person ? "two people: needs the network" : "",
    first && !isDone ? `comes after: ${first.label}` : "");
  const text = make("span", { class: "tap-text" }, rule.label, make("span", { class: "tap-sub" }, said || hints));
  const form = make("form", { class: "item-form", novalidate: true });
  if (isDone) form.append(make("div", { class: "tap is-done" }, text));
  else if (rule.value || rule.two_person || first) form.append(make("div", { class: "tap" }, text, fields(rule, Boolean(first))));
  else form.append(make("button", { class: "tap", type: "submit", name: "state", value: "done" }, text));
  return form;
}

function otherForm(rule, isDone) {
  const states = isDone ? ["done", ...otherStates(rule)] : otherStates(rule);
  if (!states.length) return "";
  return make("details", { class: "item-more" },
    make("summary", {}, isDone ? "Change" : "Not done…", hidden(`: ${rule.label}`)),
    make("form", { class: "form-row item-other", novalidate: true },
      make("label", {}, "Answer ", make("select", { name: "state" },
        ...states.map((state) => make("option", { value: state }, wordsOf(state))))),
      isDone && rule.value ? valueField(rule) : "",
      reasonField("Reason"),
      make("button", { class: "button is-secondary is-touch", type: "submit" }, "Save")));
}

function item(rule, shown) {
  const said = answerText(rule, shown.visit, shown.pending, shown.day.zone);
  const isDone = shown.answers.has(rule.key);
  const look = `item${isDone ? " is-done" : ""}${shown.pending.has(rule.key) ? " is-unsaved" : ""}`;
  const differs = differenceOf(rule, shown.visit, shown.answers);
  return make("li", { class: look, id: `item-${rule.key}`, "data-item": rule.key },
    differs ? make("p", { class: "offline-warn" }, differs) : "",
    itemForm(rule, { said, isDone, first: openBefore(rule, shown.visit, shown.asked, shown.answers) }), otherForm(rule, isDone));
}

function section(label, number, shown) {
  return make("section", { "aria-labelledby": `part-${number}` },
    make("h3", { class: "label urgency", id: `part-${number}` }, label),
    make("ul", { class: "checklist" },
      ...shown.asked.filter((rule) => rule.part === label).map((rule) => item(rule, shown))));
}

/* One visit: who it is, what stops it, and the items that are asked, in their sections. */
export function checklist(day, visit, pending) {
  const rules = day.checklists[visit.checklist];
  const answers = answersOf(rules, visit, pending);
  const shown = { day, visit, pending, answers, asked: askedOf(rules, visit, answers) };
  const sections = [...new Set(shown.asked.map((rule) => rule.part))];
  return make("div", {},
    make("p", {}, make("a", { class: "button is-secondary is-touch", href: "#" }, "Back to the list")),
    make("h2", { tabindex: "-1" }, `${visit.procedure} · ${visit.time}`),
    person(visit),
    ...warnings(visit.alike),
    make("p", {}, dot(visit.room, visit.state)),
    known(visit, answers),
    ...stopsOf(rules, visit, answers, day).map((stop) => make("p", { class: "hard-stop" }, make("span", {}, `Stop: ${stop}.`))),
    ...sections.map((label, number) => section(label, number, shown)));
}
