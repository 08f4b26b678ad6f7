/* What is typed into a form and not yet sent, as the tablet keeps it: sealed for the server, which opens it for the same
   person alone, and for the person, whose PIN opens it on the page without network. `place`: the address of the form's
   page; `form`: which form of it, for a checklist `<item>/first` or `<item>/other`. Never a PIN or a password. */

import { sealFor } from "./seal.js";
import { getKeyring, listTyped, putTyped, removeTyped } from "./store.js";

/* How the server says which of it it has taken. */
const TAKEN = /(?:^|; )tracker-taken=([0-9a-f]{32})/;

export function placeOfVisit(visit) {
  return `/day/visits/${visit}`;
}

/* Keep it, in the place of what was kept under its id. Resolves once it is on the disk. `isSent`: it is on its way to the
   server, and nobody knows whether it arrived. */
export async function keepTyped({ id, owner, place, form, about, fields }, { serverKey, at }, isSent = false) {
  const keyring = await getKeyring(owner);
  const content = { owner, place, form, about, fields, kept_at: new Date(at).toISOString() };
  await putTyped({
    id, owner, place, form, isSent,
    keptAt: Date.now(),
    forServer: await sealFor(serverKey, content),
    forOwner: keyring ? await sealFor(keyring.publicKey, content) : null,
  });
}

/* Forget what the server has taken since. */
export async function forgetTaken() {
  const [, id] = TAKEN.exec(document.cookie) ?? [];
  if (!id) return;
  await removeTyped([id]);
  document.cookie = "tracker-taken=; Max-Age=0; path=/";
}

/* Take away what was typed and not sent of one person, of everybody without an owner. */
export async function clearTyped(owner) {
  await removeTyped((await listTyped(owner)).map((each) => each.id));
}
