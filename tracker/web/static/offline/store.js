/* What is on the tablet: for each person a keyring, the day that was taken along and what is being typed, and all answers
   that the server does not have yet. Days, drafts and answers are sealed (seal.js); in the open stand whose they are,
   random ids of visits and keys of items, and times. */

const NAME = "tracker-offline";
/* Nothing but unsent answers is older than this. */
export const KEPT_MS = 12 * 60 * 60 * 1000;

let opened;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      const database = asked.result;
      for (const name of ["keyrings", "days", "drafts"]) database.createObjectStore(name, { keyPath: "owner" });
      database.createObjectStore("entries", { keyPath: "order", autoIncrement: true });
    };
    asked.onsuccess = () => {
      /* Another page wants the database gone: it is let go, and opened anew when it is needed. */
      asked.result.onversionchange = () => { asked.result.close(); opened = undefined; };
      resolve(asked.result);
    };
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

/* Resolves when what was done is on the disk, with the results of the requests that `work` returns. */
async function transact(names, mode, work) {
  const transaction = (await open()).transaction(names, mode, { durability: "strict" });
  const requests = work(...names.map((name) => transaction.objectStore(name)));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(requests?.map((each) => each.result) ?? []);
    transaction.onabort = () => reject(transaction.error);
  });
}

async function get(name, owner) {
  const [found] = await transact([name], "readonly", (store) => [store.get(owner)]);
  return found;
}

function put(name, value) {
  return transact([name], "readwrite", (store) => [store.put(value)]);
}

export const getKeyring = (owner) => get("keyrings", owner);
export const getDay = (owner) => get("days", owner);
export const getDraft = (owner) => get("drafts", owner);
export const putKeyring = (keyring) => put("keyrings", keyring);
export const putDay = (day) => put("days", day);
export const putDraft = (draft) => put("drafts", draft);

/* The name of what is being typed into a field of an item. */
export function draftName(visit, item, field) {
  return `${visit}/${item}/${field.form.classList.contains("item-other") ? "other" : "first"}/${field.name}`;
}

export async function listDays() {
  const [days] = await transact(["days"], "readonly", (store) => [store.getAll()]);
  return days;
}

/* In the order in which they were made; of everybody without an owner. */
export async function listEntries(owner) {
  const [entries] = await transact(["entries"], "readonly", (store) => [store.getAll()]);
  return owner ? entries.filter((each) => each.owner === owner) : entries;
}

export function addEntry(entry) {
  return transact(["entries"], "readwrite", (store) => [store.add(entry)]);
}

export function removeEntry(order) {
  return transact(["entries"], "readwrite", (store) => [store.delete(order)]);
}

/* Take a person's day away, everybody's without an owner. The keyring stays while unsent answers are sealed for it. */
export async function clearDay(owner) {
  const unsent = new Set((await listEntries()).map((each) => each.owner));
  const keyrings = (await transact(["keyrings"], "readonly", (store) => [store.getAllKeys()]))[0];
  const owners = owner ? [owner] : keyrings;
  await transact(["keyrings", "days", "drafts"], "readwrite", (keys, days, drafts) => {
    for (const each of owners) {
      days.delete(each);
      drafts.delete(each);
      if (!unsent.has(each)) keys.delete(each);
    }
  });
}

/* Take away what is too old; whether there was anything. A day from the future means that the clock was set back: it goes too. */
export async function expire(now = Date.now()) {
  const old = (await listDays()).filter((day) => now - day.takenAt >= KEPT_MS || day.takenAt > now + 60_000);
  for (const day of old) await clearDay(day.owner);
  return old.length > 0;
}
