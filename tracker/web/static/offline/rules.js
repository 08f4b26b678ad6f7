/* The rules of a checklist as they came with the day: what is asked, what an answer lacks, and what stops the procedure.
   The server decides all of it again. Pure functions over plain values. `answers`: what counts, by item, as
   `{ state, value, at }`; `day`: its date and the zone of the clinic. */

const WORDS = { done: "Done", not_applicable: "Does not apply", overridden: "Left out" };

export function wordsOf(state) {
  return WORDS[state] ?? state;
}

/* What may be answered beside "done": a hard stop is done, or does not apply unless it always does, and is never left
   out. */
export function otherStates(rule) {
  if (rule.is_always) return [];
  return rule.may_leave_out ? ["not_applicable", "overridden"] : ["not_applicable"];
}

/* What counts for a visit: what came with the day, and what this tablet added since. */
export function answersOf(rules, visit, pending) {
  const counting = visit.answers.filter((each) => each.counts);
  const found = new Map(counting.map(({ item, state, value, at }) => [item, { state, value, at }]));
  for (const rule of rules) {
    const mine = pending.get(rule.key);
    if (mine) found.set(rule.key, { state: mine.state, value: mine.value, at: mine.made_at });
  }
  return found;
}

function isAsked(rule, visit, answers) {
  if (visit.not_asked.includes(rule.key)) return false;
  return rule.when.every(([item, wanted]) => {
    const decides = answers.get(item);
    if (!decides) return false;
    const value = decides.state === "done" ? decides.value : "";
    return !value || wanted.includes(value);
  });
}

/* The items that are asked of this patient now: they follow what was answered. */
export function askedOf(rules, visit, answers) {
  return rules.filter((rule) => isAsked(rule, visit, answers));
}

/* ── What an answer lacks ───────────────────────────────────────────────── */

/* By how much the clock on a wall may be ahead. */
const AHEAD_MIN = 2;
const MONTH = /^(?:(\d{4})[-/.](\d{1,2})|(\d{1,2})[-/.](\d{4}))$/;

/* The time by the 24-hour clock, as minutes of the day; null for none. */
function minutesOf(text) {
  const found = /^([01]?\d|2[0-3])[:.]?([0-5]\d)$/.exec(text.trim());
  return found ? Number(found[1]) * 60 + Number(found[2]) : null;
}

/* The last day that an expiry means, as text; null for what is none. */
function expiryOf(text) {
  const plain = text.trim();
  const found = MONTH.exec(plain);
  if (found) {
    const [year, month] = [Number(found[1] ?? found[4]), Number(found[2] ?? found[3])];
    return month >= 1 && month <= 12 ? new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10) : null;
  }
  const read = /^\d{4}-\d{2}-\d{2}$/.test(plain) ? Date.parse(plain) : Date.parse(/^\d{1,2} [A-Za-z]{3,} \d{4}$/.test(plain) ? `${plain} UTC` : "");
  return Number.isNaN(read) ? null : new Date(read).toISOString().slice(0, 10);
}

function lacksAsNumber(rule, text) {
  if (!/^-?\d+(\.\d+)?$/.test(text)) return "Type a number.";
  const number = Number(text);
  const unit = rule.unit ? ` ${rule.unit}` : "";
  if (rule.least !== null && number < rule.least) return `At least ${rule.least}${unit}. Read it again.`;
  if (rule.most !== null && number > rule.most) return `At most ${rule.most}${unit}. Read it again.`;
  return "";
}

/* Degrees that a living patient can have, as the server holds them. */
const SCALES = { C: [30, 45], F: [86, 113] };

function lacksAsTemperature(text) {
  const plain = text.replace(/\s*°?\s*[CF]$/, "");
  if (!/^[+-]?(\d+\.?\d{0,4}|\.\d{1,4})$/.test(plain)) return "Type a number with a point, for example 36.8.";
  const scale = Object.keys(SCALES).find((unit) => SCALES[unit][0] <= Number(plain) && Number(plain) <= SCALES[unit][1]);
  const isOther = /[CF]$/.test(text) && text.at(-1) !== scale;
  return scale && !isOther ? "" : "Type degrees that a patient can have: 30 to 45 °C, or 86 to 113 °F.";
}

/* What no living patient has, as the server holds them. */
const HIGHEST = { systolic: 300, diastolic: 250, pulse: 300, saturation: 100, breaths: 90 };
const AFTER_PRESSURE = ["pulse", "saturation", "breaths"];
const SIGNS = "Type pressure, pulse, saturation, breaths in this order, for example 120/80, 72, 98, 14; - for what was not read.";

/* The signs by name; null for what are none. */
function signsOf(text) {
  const [first = "", ...others] = text.replace(/\s*%/g, "").replace(/\s*\/\s*/g, "/").split(/[\s,;]+/).filter(Boolean);
  const isGap = (each) => each === "-" || each === "–";
  const pressure = /^(\d{1,3})\/(\d{1,3})$/.exec(first);
  if ((!pressure && !isGap(first)) || others.length > 3 || !others.every((each) => isGap(each) || /^\d{1,3}$/.test(each))) return null;
  const named = AFTER_PRESSURE.map((name, place) => [name, others[place]]);
  const found = new Map([["systolic", pressure?.[1]], ["diastolic", pressure?.[2]], ...named]
    .filter(([, each]) => each !== undefined && !isGap(each)).map(([name, each]) => [name, Number(each)]));
  return found.size ? found : null;
}

function lacksAsVitalSigns(text) {
  const found = signsOf(text);
  if (!found) return SIGNS;
  const named = (name) => `${name[0].toUpperCase()}${name.slice(1)}`;
  const over = Object.keys(HIGHEST).find((name) => (found.get(name) ?? 0) > HIGHEST[name]);
  if (over) return `${named(over)}: at most ${HIGHEST[over]}. Read it again.`;
  const none = AFTER_PRESSURE.find((name) => found.get(name) === 0);
  if (none) return `${named(none)} cannot be 0. Read it again; - for what was not read.`;
  return found.get("diastolic") >= found.get("systolic") ? "The lower pressure must be below the upper one. Read it again." : "";
}

/* Below these a physician is called at once, as the server holds them. */
const ALARMS = [
  ["saturation", 90, (value) => `saturation ${value} %`],
  ["breaths", 8, (value) => `${value} breaths a minute`],
  ["systolic", 80, (value) => `upper pressure ${value}`],
];

/* What is alarming of vital signs, in words; empty where nothing is. */
function alarmsOf(text) {
  const found = signsOf(text) ?? new Map();
  return ALARMS.filter(([name, least]) => found.has(name) && found.get(name) < least)
    .map(([name, , words]) => words(found.get(name))).join(", ");
}

/* Of a time of day, on the day of the list: the clock on a wall may be two minutes ahead. */
function lacksAsTime(text, { on, zone, now }) {
  const minutes = minutesOf(text);
  if (minutes === null) return "Type the time by the 24-hour clock, for example 07:40.";
  const [today, time] = [civilDay(now, zone), clock(now, zone)];
  if (today > on || (today === on && minutes <= minutesOf(time) + AHEAD_MIN)) return "";
  return `It is ${time}: ${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")} is in the future.`;
}

function lacksAsValue(rule, text, visit, moment) {
  if (rule.denies && text === rule.denies && visit.allergies) {
    return `On record: ${visit.allergies}. Choose another answer, or put the record right first.`;
  }
  if (!text) return rule.choices.length ? "Choose what it was." : "Write down what was read or measured.";
  if (rule.choices.length) return rule.choices.includes(text) ? "" : "Choose one of the list.";
  if (rule.value === "number") return lacksAsNumber(rule, text);
  if (rule.value === "temperature") return lacksAsTemperature(text);
  if (rule.value === "vital_signs") return lacksAsVitalSigns(text);
  if (rule.value === "time") return lacksAsTime(text, moment);
  if (rule.value === "expiry" && !expiryOf(text)) return "Type the expiry as it is printed, for example 2027-05 or 31 May 2027.";
  return "";
}

/* The dose that an item after it waits for, as `{ label }`; undefined where it waits for none. */
function actBefore(rule, visit) {
  return rule.is_after && visit.waits_for ? { label: visit.waits_for } : undefined;
}

/* What comes before this item and is open: the dose, or the first such item; undefined where nothing is. */
export function openBefore(rule, visit, asked, answers) {
  return actBefore(rule, visit) ?? asked.find((each) => rule.needs.includes(each.key) && !answers.has(each.key));
}

/* Whether a value may be one that needs a reason. */
export function mayBeUnusual(rule) {
  return Boolean(rule.is_held_to_reservoir) || rule.value === "vital_signs" || (rule.unusual_to ?? null) !== null;
}

/* Why a value that can be needs a reason, in the words of the server; empty for a usual one. */
function whyAsked(rule, text, visit) {
  const signs = rule.value === "vital_signs" ? alarmsOf(text) : "";
  if (signs) return `${signs[0].toUpperCase()}${signs.slice(1)}: read it again. If it is so, call the physician now, and say what is done.`;
  const number = Number(text);
  if (rule.is_held_to_reservoir && visit.reservoir_ml && number > visit.reservoir_ml) {
    return `The reservoir holds ${visit.reservoir_ml} mL. Read it again; if this was measured, say why.`;
  }
  if ((rule.unusual_to ?? null) === null || number > rule.unusual_to) return "";
  return `${number}${rule.unit ? ` ${rule.unit}` : ""} is unusual. Read it again; if it is so, say what is done about it.`;
}

/* A sentence that says what an answer to an item of a visit lacks; empty where nothing does. `moment`: the day of the
   list and the zone of the clinic, and now, by the clock of the server. */
export function lacks(rule, { state, value, reason }, visit, { asked, answers, moment }) {
  if (state !== "done") {
    if (!otherStates(rule).includes(state)) return "This always applies. Do it.";
    const act = actBefore(rule, visit);
    if (act) return `“${act.label}” is not recorded: whether this applies is answered after it.`;
    return reason.trim() ? "" : "Say why.";
  }
  const missing = rule.value ? lacksAsValue(rule, value.trim(), visit, moment) : "";
  const first = openBefore(rule, visit, asked, answers);
  if (missing || reason.trim()) return missing;
  if (!first) return mayBeUnusual(rule) ? whyAsked(rule, value.trim(), visit) : "";
  return `“${first.label}” is not answered. Answer it first; if this was done all the same, say why.`;
}

/* ── What stops ─────────────────────────────────────────────────────────── */

/* The wall time of an instant at the clinic, as HH:MM. */
export function clock(instant, zone) {
  const how = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone };
  return new Intl.DateTimeFormat("en-GB", how).format(new Date(instant));
}

/* The civil day of an instant at the clinic, as YYYY-MM-DD. */
function civilDay(instant, zone) {
  const how = { year: "numeric", month: "2-digit", day: "2-digit", timeZone: zone };
  return new Intl.DateTimeFormat("en-CA", how).format(new Date(instant));
}

function momentOf(rule, answer, zone) {
  return minutesOf(rule.value === "time" ? answer.value : clock(answer.at, zone));
}

const ORDER = ["weekday", "day", "month", "year"];

function doneAnswer(answers, key) {
  const answer = answers.get(key);
  return answer?.state === "done" ? answer : null;
}

/* A civil day as the pages say it: Sat 28 Feb 2026. */
function dayInWords(on) {
  const how = { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" };
  return new Intl.DateTimeFormat("en-US", how).formatToParts(Date.parse(on)).filter(({ type }) => type !== "literal")
    .sort((one, other) => ORDER.indexOf(one.type) - ORDER.indexOf(other.type)).map(({ value }) => value).join(" ");
}

/* Whether a temperature, with its scale or as it is typed, is of so many degrees Celsius or more. */
function isFever(text, fromCelsius) {
  const degrees = Number.parseFloat(text);
  const isFahrenheit = text.endsWith("F") || (!text.endsWith("C") && degrees >= SCALES.F[0]);
  return (isFahrenheit ? ((degrees - 32) * 5) / 9 : degrees) >= fromCelsius;
}

/* A value with which nothing goes on, as a sentence; empty for any other. */
function valueFaultOf(rule, value) {
  if (rule.stop_choices.includes(value)) return `${rule.label}: ${value}; with this nothing goes on`;
  const signs = rule.value === "vital_signs" ? alarmsOf(value) : "";
  if (signs) return `${rule.label}: ${signs}; a physician must look now`;
  const isHot = rule.fever_from !== null && isFever(value, rule.fever_from);
  return isHot ? `${rule.label}: ${value} is a fever, from ${rule.fever_from}.0 °C` : "";
}

/* What speaks against an answer that was given, in the words of the server: out of date on the day, a value with which
   nothing goes on, or too early or too late after another. */
function faultOf(rule, rules, answers, day) {
  const answer = doneAnswer(answers, rule.key);
  if (!answer) return "";
  const expires = rule.value === "expiry" ? expiryOf(answer.value) : null;
  if (expires && expires < day.on) return `Out of date since ${dayInWords(expires)}: ${rule.label}`;
  const stopped = valueFaultOf(rule, answer.value);
  if (stopped) return stopped;
  const first = rule.timed ? doneAnswer(answers, rule.timed.item) : null;
  if (!first) return "";
  const other = rules.find((each) => each.key === rule.timed.item);
  const minutes = momentOf(rule, answer, day.zone) - momentOf(other, first, day.zone);
  const { least, most } = rule.timed;
  const stands = `${rule.label}: ${Math.abs(minutes)} min ${minutes < 0 ? "before" : "after"} “${other.label}”`;
  if (minutes < least) return `${stands}, at least ${least} min after are allowed`;
  return most !== null && minutes > most ? `${stands}, at most ${most} min after are allowed` : "";
}

/* That something else was arranged than is answered, in the words of the server; empty where nothing differs. It stops
   nothing. */
export function differenceOf(rule, visit, answers) {
  const arranged = rule.is_arranged ? visit.arranged?.[rule.key] : "";
  const value = doneAnswer(answers, rule.key)?.value;
  if (!arranged || !value || value === arranged) return "";
  return `${rule.label}: ${arranged} was arranged, ${value} is answered; put one right`;
}

/* What is said of it where only the network brings the second person. */
export const NEEDS_NETWORK = "This needs the network: two people, or an earlier time. Note it on paper and enter it when the network is back.";

/* Whether a rule hangs on when, or until when, the item was done. */
function isHeldToTime(rule, rules) {
  return rule.value === "expiry" || Boolean(rule.timed) || rules.some((each) => each.timed?.item === rule.key);
}

/* Whether an answer takes a second person: what two must read, that a hard stop does not apply, another answer in the place of one that a rule hangs on,
   and any by which a rule is met that was not. `answers`: what counts before it. */
export function needsTwo(rule, given, { rules, visit, answers, day, at }) {
  if (given.state === "not_applicable" && rule.judged_by_two) return true;
  const stands = visit.answers.some((each) => each.counts && each.item === rule.key);
  if (given.state === "done" && (rule.two_person || (stands && isHeldToTime(rule, rules)))) return true;
  const after = new Map(answers).set(rule.key, { state: given.state, value: given.value, at });
  return rules.some((each) => faultOf(each, rules, answers, day) && !faultOf(each, rules, after, day));
}

/* What stops the procedure, as sentences: what stood in the way when the day was taken along, what speaks against an
   answer, and every hard item before the act that is still open. */
export function stopsOf(rules, visit, answers, day) {
  const open = askedOf(rules, visit, answers).filter((rule) => rule.stops && !answers.has(rule.key));
  const more = open.length > 1 ? ` and ${open.length - 1} more` : "";
  const first = open.length ? [`${open[0].label}${more}: to be answered before the procedure begins`] : [];
  const faults = rules.map((rule) => faultOf(rule, rules, answers, day)).filter(Boolean);
  return [...new Set([...visit.stops, ...faults, ...first])];
}

/* How far a checklist is: how many of how many items that must be answered. */
export function progressOf(rules, visit, answers) {
  const asked = askedOf(rules, visit, answers).filter((rule) => !rule.is_note);
  return { done: asked.filter((rule) => answers.has(rule.key)).length, of: asked.length };
}
