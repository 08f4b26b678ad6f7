/* The pages of the day on a person's own tablet: left for the locked page where nobody has touched them for five minutes
   and there is no network. With network the session ends by itself; a shared tablet is covered by tablet.js. */

import { sealFor } from "./seal.js";
import { draftName, getDraft, getKeyring, putDraft } from "./store.js";
import { LOCKED_PAGE, isServerThere } from "./taking.js";

const LOCK_AFTER_MS = 5 * 60 * 1000;
const LOOK_EVERY_MS = 2_000;
const ASK_EVERY_MS = 30_000;
const [, VISIT] = /^\/day\/visits\/([0-9a-f]{32}\/\d+)/.exec(location.pathname) ?? [];

let usedAt = Date.now();
let askedAt = 0;
let isLeaving = false;

const isOver = () => Date.now() - usedAt >= LOCK_AFTER_MS;

/* A PIN or a time is not kept. */
function typed() {
  const fields = document.querySelectorAll(".checklist > .item input:is([name=value], [name=reason]):not([type=hidden])");
  return Object.fromEntries([...fields].filter((field) => field.value && field.value !== field.defaultValue).map((field) =>
    [draftName(VISIT, field.closest(".item").id.slice("item-".length), field), field.value]));
}

/* What was kept before is sealed for a key that is not here: this is put beside it. */
async function keepTyped(owner) {
  const drafts = typed();
  const keyring = await getKeyring(owner);
  if (!keyring || !Object.keys(drafts).length) return;
  const had = await getDraft(owner);
  await putDraft({ ...had, owner, added: [...(had?.added ?? []), await sealFor(keyring.publicKey, drafts)] });
}

async function lookAfter(owner) {
  if (isLeaving || !isOver() || Date.now() - askedAt < ASK_EVERY_MS) return;
  askedAt = Date.now();
  /* Where the worker was never there, the browser has no page to show instead. */
  if ((await isServerThere()) || !(await navigator.serviceWorker.getRegistration("/day"))) return;
  isLeaving = true;
  try {
    await keepTyped(owner);
  } finally {
    location.replace(LOCKED_PAGE);
  }
}

export function lockWhenAway(owner) {
  for (const kind of ["pointerdown", "keydown", "input"]) {
    addEventListener(kind, async () => {
      if (isOver()) await lookAfter(owner);
      usedAt = Date.now();
    }, { capture: true, passive: true });
  }
  addEventListener("visibilitychange", () => lookAfter(owner));
  setInterval(() => lookAfter(owner), LOOK_EVERY_MS);
}
