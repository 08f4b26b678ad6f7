/* One person's day while it is unlocked on the page without network: read with their key, which is in memory alone. */

import { follow, keep } from "./queue.js";
import { openKeyring, openSealed, randomId } from "./seal.js";
import { clearDay, getDay, getKeyring, listEntries, listTyped, putKeyring, removeTyped } from "./store.js";
import { keepTyped, placeOfVisit } from "./typed.js";

/* After so many wrong PINs the day is taken off the tablet. */
export const TRIES = 5;

const visitKey = (visit) => `${visit.case}/${visit.appointment}`;

async function openOr(key, sealed, otherwise) {
  try {
    return await openSealed(key, sealed);
  } catch {
    /* Sealed for a keyring that was replaced since: the server can still read what it was sealed for. */
    return otherwise;
  }
}

/* Try a PIN, counted as wrong before it is compared. Returns `{ person }`, or `{ left }`: how many tries there still
   are; with none left the day is gone. */
export async function unlock(owner, pin) {
  const keyring = await getKeyring(owner);
  const tries = (keyring?.tries ?? 0) + 1;
  if (keyring && tries <= TRIES) {
    await putKeyring({ ...keyring, tries });
    const key = await openKeyring(keyring, pin);
    if (key) {
      await putKeyring({ ...keyring, tries: 0 });
      const person = new Unlocked(owner, key);
      await person.read();
      return { person };
    }
  }
  if (tries >= TRIES) await clearDay(owner);
  return { left: Math.max(TRIES - tries, 0) };
}

class Unlocked {
  constructor(owner, key) {
    Object.assign(this, { owner, key, day: null, typed: new Map(), pending: new Map() });
  }

  /* Read what is on the tablet: the day, what waits, and what was being typed. */
  async read() {
    const stored = await getDay(this.owner);
    if (!stored) return;
    this.takenAt = stored.takenAt;
    this.clockIsBehind = stored.clockIsBehind;
    this.name = stored.name;
    this.day = await openSealed(this.key, stored.sealed);
    await this.readWaiting();
    await this.readTyped();
  }

  /* What is being typed, here or on the pages of the day, by the name of its form. */
  async readTyped() {
    this.typed = new Map();
    for (const stored of await listTyped(this.owner)) {
      const content = stored.forOwner ? await openOr(this.key, stored.forOwner, null) : null;
      if (!content) continue;
      const name = `${stored.place}/${stored.form.replace(/#.*/, "")}`;
      this.typed.set(name, { id: stored.id, fields: [...(this.typed.get(name)?.fields ?? []), ...content.fields] });
    }
  }

  async readWaiting() {
    const pending = new Map();
    for (const stored of await listEntries(this.owner)) {
      const entry = stored.forOwner ? await openOr(this.key, stored.forOwner, null) : null;
      if (!entry) continue;
      follow(entry);
      const items = pending.get(visitKey(entry)) ?? new Map();
      pending.set(visitKey(entry), items.set(entry.item, entry));
    }
    this.pending = pending;
  }

  pendingOf(visit) {
    return this.pending.get(visitKey(visit)) ?? new Map();
  }

  /* By the clock of the server. */
  now() {
    return Date.now() + this.clockIsBehind;
  }

  /* Keep an answer to an item of a visit, made now. */
  async answer(visit, item, given) {
    const at = this.now();
    const seen = visit.answers.find((each) => each.item === item)?.seq ?? 0;
    const answer = { case: visit.case, appointment: visit.appointment, item, seen, ...given };
    await keep(answer, { owner: this.owner, serverKey: this.day.server_key, at });
    const items = this.pendingOf(visit).set(item, { ...answer, made_at: new Date(at).toISOString() });
    this.pending.set(visitKey(visit), items);
  }

  /* The fields of a form of an item as they were being typed. */
  typedOf(visit, form) {
    return this.typed.get(`${placeOfVisit(visitKey(visit))}/${form}`)?.fields ?? [];
  }

  labelOf(visit, form) {
    const [item] = form.split("/");
    return this.day.checklists[visit.checklist].find((each) => each.key === item)?.label ?? "";
  }

  /* What is being typed is kept too, sealed: the battery may be flat in a minute. */
  async keepTyped(visit, form, fields) {
    const place = placeOfVisit(visitKey(visit));
    const name = `${place}/${form}`;
    const had = this.typed.get(name);
    if (JSON.stringify(fields) === JSON.stringify(had?.fields ?? [])) return;
    const id = had?.id ?? randomId();
    if (!fields.length) {
      this.typed.delete(name);
      await removeTyped([id]);
      return;
    }
    this.typed.set(name, { id, fields });
    const at = this.now();
    await keepTyped({ id, owner: this.owner, place, form, about: this.labelOf(visit, form), fields }, { serverKey: this.day.server_key, at });
  }
}
