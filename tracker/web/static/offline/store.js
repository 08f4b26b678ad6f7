/* What is on the tablet: for each person a keyring, the day that was taken along, what is being typed (typed.js) and what
   became a task and is not read yet (became.js), and all answers that the server does not have yet. Days, answers and what is typed are sealed (seal.js); in the open stand
   whose they are, random ids of cases and visits, keys of items, and times. */

const NAME = "tracker-offline";
const VERSION = 3;
/* Nothing but unsent answers is older than this. */
export const KEPT_MS = 12 * 60 * 60 * 1000;

let opened;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = ({ oldVersion }) => {
      const database = asked.result;
      if (oldVersion < 1) {
        for (const name of ["keyrings", "days"]) database.createObjectStore(name, { keyPath: "owner" });
        database.createObjectStore("entries", { keyPath: "order", autoIncrement: true });
      } else if (oldVersion < 2) database.deleteObjectStore("drafts");
      if (oldVersion < 2) database.createObjectStore("typed", { keyPath: "id" });
      database.createObjectStore("told", { keyPath: "id" });
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
export const putKeyring = (keyring) => put("keyrings", keyring);
export const putDay = (day) => put("days", day);
export const putTyped = (typed) => put("typed", typed);

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

/* What is typed and not yet sent; of everybody without an owner. */
export async function listTyped(owner) {
  const [typed] = await transact(["typed"], "readonly", (store) => [store.getAll()]);
  return owner ? typed.filter((each) => each.owner === owner) : typed;
}

export function removeTyped(ids) {
  return transact(["typed"], "readwrite", (store) => ids.map((id) => store.delete(id)));
}

/* What became of entries and was not read yet. */
export async function listTold(owner) {
  const [told] = await transact(["told"], "readonly", (store) => [store.getAll()]);
  return owner ? told.filter((each) => each.owner === owner) : told;
}

export function addTold(told) {
  return transact(["told"], "readwrite", (store) => [store.put(told)]);
}

export function removeTold(ids) {
  return transact(["told"], "readwrite", (store) => ids.map((id) => store.delete(id)));
}

/* Take a person's day away, everybody's without an owner. The keyring stays while unsent answers are sealed for it. */
export async function clearDay(owner) {
  const unsent = new Set((await listEntries()).map((each) => each.owner));
  const keyrings = (await transact(["keyrings"], "readonly", (store) => [store.getAllKeys()]))[0];
  const owners = owner ? [owner] : keyrings;
  await transact(["keyrings", "days"], "readwrite", (keys, days) => {
    for (const each of owners) {
      days.delete(each);
      if (!unsent.has(each)) keys.delete(each);
    }
  });
}

/* Take away what is too old; whether a day was. One from the future means that the clock was set back: it goes too. */
export async function expire(now = Date.now()) {
  const isOld = (since) => now - since >= KEPT_MS || since > now + 60_000;
  await removeTyped((await listTyped()).filter((each) => isOld(each.keptAt)).map((each) => each.id));
  await removeTold((await listTold()).filter((each) => isOld(each.keptAt)).map((each) => each.id));
  const old = (await listDays()).filter((day) => isOld(day.takenAt));
  for (const day of old) await clearDay(day.owner);
  return old.length > 0;
}
