/* A shared tablet: after some minutes without use its page is covered, what was typed is kept for whoever typed it, and
   the tablet is locked on the server, with whatever is asked next where there is no network now. Nothing is sent: a kept form is read again before it is saved. */

import { isChanged } from "./changed.js";

const lockForm = document.getElementById("tablet-lock");
const cover = document.getElementById("tablet-cover");
const LOCK_AFTER_MS = Number(lockForm.dataset.lockAfter) * 1000;
const TELL_EVERY_MS = 60_000;
const LOOK_EVERY_MS = 2_000;
const TRY_AGAIN_MS = 5_000;
/* Tabs of one tablet are used by one person: the last touch in any of them counts. */
const USED_AT = "tablet-used-at";
/* The lock goes with whatever this browser asks next: the server locks before it shows anything, and takes this away. */
const LOCKED_HERE = "tracker-locked";
const KEPT_S = 12 * 60 * 60;

let toldAt = Date.now();
let isLocking = false;
const kept = new WeakSet();

function usedAt() {
  return Number(localStorage.getItem(USED_AT)) || 0;
}

function isLocked() {
  return document.cookie.split("; ").includes(`${LOCKED_HERE}=1`);
}

function noteLock() {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${LOCKED_HERE}=1; Max-Age=${KEPT_S}; Path=/; SameSite=Lax${secure}`;
}

function isOver() {
  return Date.now() - usedAt() >= LOCK_AFTER_MS;
}

/* A form that came back with a sentence holds what was typed, and nothing of it is saved. */
function holdsSomethingTyped(form) {
  if (!form.querySelector("input[name=form_of]") || kept.has(form)) return false;
  return Boolean(form.querySelector(".field-error")) || [...form.elements].some(isChanged);
}

async function keepWhatWasTyped() {
  for (const form of [...document.forms].filter(holdsSomethingTyped)) {
    const typed = new FormData(form);
    typed.append("keep_only", "yes");
    await fetch(form.getAttribute("action") || location.href, { method: "POST", body: typed, redirect: "manual" });
    kept.add(form);
  }
}

async function handOver() {
  try {
    await keepWhatWasTyped();
    await fetch(lockForm.action, { method: "POST", body: new FormData(lockForm), redirect: "manual" });
  } catch {
    cover.querySelector("[data-waiting]").hidden = false;
    setTimeout(handOver, TRY_AGAIN_MS);
    return;
  }
  location.replace(`${lockForm.dataset.locked}?next=${encodeURIComponent(location.pathname + location.search)}`);
}

function lock() {
  if (isLocking) return;
  isLocking = true;
  noteLock();
  cover.showModal();
  cover.firstElementChild.focus();
  void handOver();
}

async function tellInUse() {
  toldAt = Date.now();
  try {
    const answer = await fetch(lockForm.dataset.inUse, { method: "POST", body: new FormData(lockForm), redirect: "manual" });
    if (answer.type === "opaqueredirect") lock();
  } catch {
    /* No network: the server locks its side by itself, and what is sent then is kept. */
  }
}

function noticeUse() {
  if (isOver()) {
    lock();
    return;
  }
  localStorage.setItem(USED_AT, String(Date.now()));
  if (Date.now() - toldAt >= TELL_EVERY_MS) void tellInUse();
}

function look() {
  if (isOver() || isLocked()) lock();
}

localStorage.setItem(USED_AT, String(Date.now()));
for (const kind of ["pointerdown", "keydown", "input"]) document.addEventListener(kind, noticeUse, { capture: true });
window.addEventListener("pageshow", look);
document.addEventListener("visibilitychange", look);
setInterval(look, LOOK_EVERY_MS);
/* The browser may close a dialog all the same; the page behind it stays covered. */
cover.addEventListener("close", () => cover.showModal());
lockForm.addEventListener("submit", (event) => {
  event.preventDefault();
  lock();
});
