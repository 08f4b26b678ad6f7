/* The queue of answers: each is sealed and on the disk before it is sent, goes in its turn, and leaves the disk only when
   the server says what became of it. The server takes each id once, however often it is sent. */

import { randomId, sealFor } from "./seal.js";
import { addEntry, getKeyring, listEntries, removeEntry } from "./store.js";

const PATIENCE_MS = 15_000;
const SEND_TO = "/day/entries";
/* What the server has, in whatever form. */
const SETTLED = new Set(["saved", "conflict", "refused"]);
/* An entry that the server failed at so often is passed over, with what waits for the same item. */
const TRIES = 3;

/* How often the server failed at an entry, since this page was opened. */
const failures = new Map();

/* The last answer to each item that this page made: the next one takes its place. */
const latest = new Map();
/* Answers of this page, readable: needed where the server cannot read its envelopes any more. */
const plain = new Map();

/* Answers are stored one after the other. */
let before = Promise.resolve();

const placeOf = (answer) => `${answer.case}/${answer.appointment}/${answer.item}`;

/* Keep an answer. Resolves, with its id, once it is on the disk; what was kept before is there by then. */
export function keep(answer, { owner, serverKey, at }) {
  const place = placeOf(answer);
  const id = randomId();
  const entry = { ...answer, id, owner, made_at: new Date(at).toISOString(), after: latest.get(place) ?? "" };
  latest.set(place, id);
  plain.set(id, entry);
  const kept = before.then(() => store(entry, serverKey));
  before = kept.catch(() => {});
  return kept;
}

async function store(entry, serverKey) {
  const keyring = await getKeyring(entry.owner);
  await addEntry({
    id: entry.id,
    owner: entry.owner,
    visit: `${entry.case}/${entry.appointment}`,
    item: entry.item,
    forServer: await sealFor(serverKey, entry),
    forOwner: keyring ? await sealFor(keyring.publicKey, entry) : null,
  });
  return entry.id;
}

/* Let the next answer to an item take the place of one that was kept before this page was opened. */
export function follow(entry) {
  latest.set(placeOf(entry), entry.id);
  plain.set(entry.id, entry);
}

async function post(entry, token, isWatched, isPlain) {
  const body = new FormData();
  body.append("csrf_token", token);
  if (isPlain) body.append("entry", JSON.stringify(plain.get(entry.id)));
  else body.append("sealed", entry.forServer);
  if (isWatched) body.append("watched", "yes");
  const signal = AbortSignal.timeout(PATIENCE_MS);
  return fetch(SEND_TO, { method: "POST", body, redirect: "manual", cache: "no-store", signal });
}

async function sendOne(entry, token, isWatched, isPlain = false) {
  let answer;
  try {
    answer = await post(entry, token, isWatched, isPlain);
  } catch {
    return { outcome: "no_network" };
  }
  if (answer.type === "opaqueredirect") return { outcome: "signed_out" };
  if (!answer.headers.get("Content-Type")?.startsWith("application/json")) {
    if (answer.status >= 500) return { outcome: "failing" };
    return { outcome: answer.status === 400 ? "old_token" : "no_network" };
  }
  const said = await answer.json();
  if (said.outcome === "unreadable" && !isPlain && plain.has(entry.id)) return sendOne(entry, token, isWatched, true);
  return said;
}

/* Send once more what the page was left with, and hear nothing of it: the next page does. */
export function sendLeft(entries, token) {
  for (const entry of entries) {
    const body = new FormData();
    body.append("csrf_token", token);
    body.append("sealed", entry.forServer);
    void fetch(SEND_TO, { method: "POST", body, redirect: "manual", keepalive: true }).catch(() => null);
  }
}

function isPassedOver(entry) {
  failures.set(entry.id, (failures.get(entry.id) ?? 0) + 1);
  return failures.get(entry.id) >= TRIES;
}

/* Send what waits of one person, in order, until something is in the way. `tell` hears of each entry, and returns a new
   token where the one of the page is too old. Returns what was in the way; empty where nothing was. `unreadable`: the
   server's secret is another one since, and the person's own copy is needed. `failing`: the server fails; after a few
   tries the entries to other items go past the one it fails at. What was not taken stays on the disk, and is passed by
   while `isHeld`: it is its giver's to choose (held.js). Of several pages of a browser one sends at a time. */
export function sendAll(owner, token, { isWatched = () => false, isHeld = () => false, tell = () => {}, renew = async () => null } = {}) {
  return navigator.locks.request("tracker-entries", async () => {
    let good = token;
    let inTheWay = "";
    const passed = new Set();
    for (const entry of await listEntries(owner)) {
      const place = `${entry.visit}/${entry.item}`;
      if (passed.has(place) || isHeld(entry)) continue;
      const isSeen = isWatched(entry);
      let said = await sendOne(entry, good, isSeen);
      if (said.outcome === "old_token") {
        good = (await renew()) ?? good;
        said = await sendOne(entry, good, isSeen);
      }
      if (SETTLED.has(said.outcome)) await removeEntry(entry.order);
      else if (said.outcome === "unreadable") inTheWay = said.outcome;
      else if (said.outcome === "failing" && isPassedOver(entry)) {
        inTheWay = said.outcome;
        passed.add(place);
        continue;
      } else if (said.outcome !== "not_taken") return said.outcome;
      tell(entry, said);
    }
    return inTheWay;
  });
}
