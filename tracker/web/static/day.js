/* The list of a day keeps itself up to date. Nothing moves under the finger: what changed is counted and marked, and
   the list is renewed by a press, or once nobody has touched the page for a while. */

const ASK_EVERY_MS = 15_000;
const QUIET_MS = 30_000;
/* In a dead spot an answer may never come. */
const PATIENCE_MS = 10_000;

const live = document.querySelector("[data-day-live]");
const said = live.querySelector("[role=status]");
const show = live.querySelector("button");
let mark = live.dataset.dayMark;
let waiting = null;
let touchedAt = Date.now();
let isAsking = false;
let isTroubled = false;

function byKey(root) {
  return new Map([...root.querySelectorAll(".day-row")].map((row) => [row.id, row]));
}

function changedIn(next) {
  const now = byKey(document);
  const then = byKey(next);
  const changed = [...then].filter(([key, row]) => now.get(key)?.dataset.mark !== row.dataset.mark).map(([key]) => key);
  const gone = [...now.keys()].filter((key) => !then.has(key));
  return { changed, gone };
}

/* A word beside a row, once: colour alone says nothing to many. */
function label(key, word) {
  const place = document.getElementById(key)?.firstElementChild;
  if (!place || place.querySelector(".day-news")) return;
  const news = document.createElement("div");
  news.className = "day-news";
  news.textContent = word;
  place.append(news);
}

/* A row that says the same may belong to a newer version of its case, and by now more can be recorded of it: its
   buttons must know. Where one of them is held or pressed, the version alone. */
function freshen(next) {
  const then = byKey(next);
  for (const [key, row] of byKey(document)) {
    const newer = then.get(key);
    if (newer?.dataset.mark !== row.dataset.mark) continue;
    const version = newer.querySelector("input[name=expected_version]")?.value;
    const [steps, others] = [row, newer].map((each) => each.querySelector(".day-steps"));
    if (!steps.contains(document.activeElement) && !steps.querySelector("form[data-sent]")) {
      steps.replaceWith(others.cloneNode(true));
    } else if (version) {
      for (const field of row.querySelectorAll("input[name=expected_version]")) field.value = version;
    }
  }
}

/* Said again it would be read aloud again. */
function say(sentence) {
  if (said.textContent !== sentence) said.textContent = sentence;
}

function tell() {
  const { changed, gone } = waiting.differences;
  const count = changed.length + gone.length;
  say(count === 1 ? "1 change" : `${count} changes`);
  show.textContent = "Show";
  show.hidden = false;
  for (const key of changed) label(key, "has changed");
  for (const key of gone) label(key, "is off this list");
}

/* What had changed is as it was. */
function takeBack() {
  waiting = null;
  show.hidden = true;
  say("");
  for (const news of document.querySelectorAll(".day-news")) news.remove();
}

function renew() {
  if (!waiting) return;
  const { page, differences } = waiting;
  const focused = document.activeElement?.closest(".day-row")?.id;
  const wasOnButton = document.activeElement === show;
  document.querySelector("main [data-day-list]").replaceWith(page.querySelector("[data-day-list]"));
  document.querySelector("[data-day-summary]").replaceWith(page.querySelector("[data-day-summary]"));
  for (const key of differences.changed) label(key, "changed");
  say("The list is up to date; what changed is marked.");
  show.hidden = true;
  waiting = null;
  const first = differences.changed[0];
  const row = document.getElementById(focused ?? (wasOnButton ? first : "") ?? "");
  row?.querySelector("a, button")?.focus();
}

function isQuiet() {
  const busy = document.querySelector("dialog[open], form[data-sent]");
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName ?? "");
  return !busy && !typing && Date.now() - touchedAt >= QUIET_MS;
}

function get(url, headers = {}) {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  return fetch(url, { headers, redirect: "manual", cache: "no-store", signal });
}

async function fetchRows() {
  const answer = await get(live.dataset.dayRows);
  if (!answer.ok) return answer.status;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  mark = answer.headers.get("Day-Mark");
  freshen(page);
  const differences = changedIn(page);
  if (differences.changed.length + differences.gone.length === 0) {
    if (waiting) takeBack();
  } else {
    waiting = { page, differences };
    tell();
  }
  return 200;
}

/* What was wrong is not wrong any more, and a list that waits to be shown is still to be told. */
function reassure(madeAt) {
  if (isTroubled && waiting) tell();
  else if (isTroubled) say("");
  isTroubled = false;
  if (madeAt && !waiting) document.querySelector("[data-day-made-at]").textContent = madeAt;
}

function complain(sentence) {
  isTroubled = true;
  say(sentence);
}

async function look() {
  const answer = await get(live.dataset.dayLive, { "If-None-Match": `"${mark}"` });
  const status = answer.status === 200 ? await fetchRows() : answer.status;
  if (status === 0 || status === 403) complain("You are signed out: this list is not renewed. Load the page again.");
  else if (status >= 400) complain("This list could not be renewed. It is tried again.");
  else reassure(answer.headers.get("Day-Made-At"));
  if (waiting && isQuiet()) renew();
}

async function ask() {
  if (document.hidden || isAsking) return;
  isAsking = true;
  try {
    await look();
  } catch {
    complain("No connection: this list may be out of date. It is tried again.");
  } finally {
    isAsking = false;
  }
}

for (const kind of ["pointerdown", "keydown", "scroll", "touchstart", "wheel"]) {
  addEventListener(kind, () => { touchedAt = Date.now(); }, { passive: true });
}
addEventListener("visibilitychange", ask);
show.addEventListener("click", renew);
setInterval(ask, ASK_EVERY_MS);
