/* Taking the day along: asked from the server, sealed for the person, stored in the place of the one before. */

import { sealFor } from "./seal.js";
import { getKeyring, putDay } from "./store.js";

const PATIENCE_MS = 15_000;
const FROM = "/day/along";
/* Who only asks whether the server is there has somebody waiting. */
const ASK_PATIENCE_MS = 5_000;
/* What a browser shows of the day where it is not. */
export const LOCKED_PAGE = "/day/offline";

/* What the server says: `{ status: "ok", told }`, `signed_out`, `no_network`, or `refused` for another role. */
export async function ask() {
  let answer;
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    answer = await fetch(FROM, { redirect: "manual", cache: "no-store", signal });
    if (answer.type === "opaqueredirect") return { status: "signed_out" };
    if (answer.ok) return { status: "ok", told: await answer.json() };
  } catch {
    return { status: "no_network" };
  }
  return { status: answer.status === 403 ? "refused" : "no_network" };
}

/* Store what the server said, if this person has a keyring here that belongs to their present PIN. */
export async function take(told) {
  const keyring = await getKeyring(told.owner);
  if (!told.pin_set_at || keyring?.pinSetAt !== told.pin_set_at) return false;
  const { csrf_token: _token, ...day } = told;
  await putDay({
    owner: told.owner,
    name: told.name,
    takenAt: Date.now(),
    clockIsBehind: Date.parse(told.at) - Date.now(),
    sealed: await sealFor(keyring.publicKey, day),
  });
  return true;
}

/* Asked for what anybody may have of the server, and no worker keeps. */
export async function isServerThere() {
  try {
    const signal = AbortSignal.timeout(ASK_PATIENCE_MS);
    await fetch("/day/offline/parts", { credentials: "omit", cache: "no-store", signal });
    return true;
  } catch {
    return false;
  }
}
