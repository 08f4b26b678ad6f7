/* The pages of the day on a person's own tablet: left for the locked page where nobody has touched them for five minutes
   and there is no network. With network the session ends by itself; a shared tablet is covered by tablet.js. */

import { LOCKED_PAGE, isServerThere } from "./taking.js";

const LOCK_AFTER_MS = 5 * 60 * 1000;
const LOOK_EVERY_MS = 2_000;
const ASK_EVERY_MS = 30_000;

let usedAt = Date.now();
let askedAt = 0;
let isLeaving = false;

const isOver = () => Date.now() - usedAt >= LOCK_AFTER_MS;

async function lookAfter() {
  if (isLeaving || !isOver() || Date.now() - askedAt < ASK_EVERY_MS) return;
  askedAt = Date.now();
  /* Where the worker was never there, the browser has no page to show instead. */
  if ((await isServerThere()) || !(await navigator.serviceWorker.getRegistration("/day"))) return;
  isLeaving = true;
  /* Whoever has something to put on the disk first says so (typing.js). */
  const awaited = [];
  dispatchEvent(new CustomEvent("page-is-left", { detail: awaited }));
  await Promise.all(awaited);
  location.replace(LOCKED_PAGE);
}

export function lockWhenAway() {
  for (const kind of ["pointerdown", "keydown", "input"]) {
    addEventListener(kind, async () => {
      if (isOver()) await lookAfter();
      usedAt = Date.now();
    }, { capture: true, passive: true });
  }
  addEventListener("visibilitychange", () => lookAfter());
  setInterval(() => lookAfter(), LOOK_EVERY_MS);
}
