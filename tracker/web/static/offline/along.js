/* On the pages of the day: the day is taken along by itself, once the PIN was given on this tablet, and what still waits
   here of the same person is sent. */

import { lockWhenAway } from "./away.js";
import { isTask, keepTold, readTold, taskWords } from "./became.js";
import { sendAll } from "./queue.js";
import { canSeal, newKeyring, openKeyring } from "./seal.js";
import { KEPT_MS, expire, getDay, getKeyring, listEntries, putKeyring, removeTold } from "./store.js";
import { clock } from "./rules.js";
import { make, plural } from "./show.js";
import { ask, take } from "./taking.js";
import { TRIES } from "./unlocked.js";

const RENEW_EVERY_MS = 5 * 60 * 1000;
const TRY_EVERY_MS = 10_000;

export const panel = document.querySelector("[data-offline]");
/* Without https, or in an old browser, nothing is kept: the forms of the page work as ever. */
export const canKeep = Boolean(panel) && canSeal() && "serviceWorker" in navigator && "locks" in navigator;

const line = panel?.querySelector("[data-offline-said]");
const tasks = panel?.querySelector("[data-offline-tasks]");
const form = panel?.querySelector("form");
/* What became of answers that were not taken, by the id of the entry, until it is closed. */
const becameTasks = new Map();
/* What the answers of this person need to be kept: `at` is now by the clock of the server. */
let clockIsBehind = Date.parse(panel?.dataset.at ?? "") - Date.now();
export const keeping = () => ({ owner: panel.dataset.owner, serverKey: panel.dataset.serverKey, at: Date.now() + clockIsBehind });

/* The server said what time it is: the tablet's clock may be set at any moment. */
export function setClock(at) {
  if (at) clockIsBehind = Date.parse(at) - Date.now();
}

function say(sentence) {
  panel.hidden = false;
  line.textContent = sentence;
}

function sayTaken(told) {
  const until = Date.parse(told.at) + KEPT_MS;
  form.hidden = true;
  say(`This day is on this tablet, as of ${clock(told.at, told.zone)}. Without network it works until ${clock(until, told.zone)}, with your PIN.`);
}

/* Ask for the PIN once: for this person nothing was taken along here yet, or the PIN is another one since. */
function askForPin() {
  say("To have this day without network too, type your PIN once.");
  form.hidden = false;
}

async function makeKeyring(pin, told) {
  const had = await getKeyring(told.owner);
  const isSame = had && (await openKeyring(had, pin)) !== null;
  await putKeyring({ ...(isSame ? had : await newKeyring(pin)), owner: told.owner, pinSetAt: told.pin_set_at, tries: 0 });
}

async function checkPin() {
  const body = new FormData(form);
  form.elements.pin.value = "";
  const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
  if (answer.status !== 200 && answer.status !== 422) throw new Error("no answer");
  return { pin: body.get("pin"), problem: (await answer.json()).problem };
}

async function givePin() {
  try {
    const { pin, problem } = await checkPin();
    if (problem) {
      say(problem);
      form.elements.pin.focus();
      return;
    }
    const { told } = await ask();
    if (told) await makeKeyring(pin, told);
    await takeAlong();
  } catch {
    say("No connection: the day was not taken along. Type your PIN again.");
  }
}

async function isLockedOut(owner) {
  return ((await getKeyring(owner))?.tries ?? 0) >= TRIES;
}

/* Take the day along, or ask for what that needs. Whoever has no PIN is asked for nothing. */
async function takeAlong() {
  const { status, told } = await ask();
  setClock(told?.at);
  if (status !== "ok" || !told.pin_set_at) return;
  if (!(await isLockedOut(told.owner)) && (await take(told))) sayTaken(told);
  else askForPin();
}

/* Have on the tablet what was just saved, where the day is on it at all. */
export async function renewAlong() {
  if (await getDay(panel.dataset.owner)) await takeAlong();
}

/* Nothing that is said later takes its place: it stands, also on the pages that follow, until it is closed. */
function sayWhatBecame(told) {
  for (const [id, words] of told) becameTasks.set(id, words);
  if (!becameTasks.size) return;
  const close = make("button", { class: "button is-secondary is-touch", type: "button" }, "Close");
  close.addEventListener("click", async () => {
    await removeTold([...becameTasks.keys()]);
    becameTasks.clear();
    tasks.replaceChildren();
    panel.hidden = !line.textContent;
  });
  panel.hidden = false;
  tasks.replaceChildren(
    make("p", { class: "offline-stop" }, `${plural(becameTasks.size, "answer")} from this tablet could not be taken, and became a task for the nurses:`),
    make("ul", {}, ...[...new Set(becameTasks.values())].map((words) => make("li", {}, words))),
    make("div", { class: "actions" }, close));
}

/* The server's secret is another one since: the person's own copy is needed, and the other page has it. */
function sayThatThePinIsNeeded(count) {
  say(`${plural(count, "answer")} from this tablet not yet saved. `);
  const link = document.createElement("a");
  link.href = "/day/offline";
  link.textContent = "Type your PIN to save them";
  line.append(link);
}

/* Send what was kept on an earlier page. */
export async function sendWaiting() {
  const { length: waiting } = await listEntries(panel.dataset.owner);
  if (!waiting) return;
  const asides = new Map();
  const tell = (entry, said) => { if (isTask(said)) asides.set(entry.id, taskWords(said)); };
  const renew = async () => (await ask()).told?.csrf_token ?? null;
  const inTheWay = await sendAll(panel.dataset.owner, form.elements.csrf_token.value, { tell, renew });
  await keepTold(asides, keeping());
  sayWhatBecame(asides);
  const { length: left } = await listEntries(panel.dataset.owner);
  const saved = waiting - left - asides.size;
  if (inTheWay === "unreadable") sayThatThePinIsNeeded(left);
  else if (inTheWay) say(`${plural(left, "answer")} from this tablet not yet saved: tried again.`);
  else if (saved > 0) say(`${plural(saved, "answer")} from this tablet saved.`);
}

/* Whether there is a worker: without it no page comes up where there is no network, and nothing is said to be on the
   tablet. Where the network has just gone, the next page tries again. */
async function hasWorker() {
  const { serviceWorker } = navigator;
  const registered = await serviceWorker.register(panel.dataset.worker, { scope: "/day" }).catch(() => null);
  return Boolean(registered ?? (await serviceWorker.getRegistration("/day")));
}

/* Without network it is said when the page is opened the next time. */
async function sayWhatIsUnread() {
  sayWhatBecame(await readTold(panel.dataset.owner, panel.dataset.typedAt, form.elements.csrf_token.value).catch(() => new Map()));
}

async function start() {
  await expire();
  void sayWhatIsUnread();
  if (await hasWorker()) await takeAlong();
}

if (canKeep) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    void givePin();
  });
  setInterval(() => { if (!document.hidden) void takeAlong(); }, RENEW_EVERY_MS);
  void start();
  if (!document.getElementById("tablet-lock")) lockWhenAway();
}

/* The page of the list sends what waits; a checklist does so itself. */
if (canKeep && panel.dataset.offline === "day") {
  void sendWaiting();
  setInterval(sendWaiting, TRY_EVERY_MS);
}
