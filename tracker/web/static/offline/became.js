/* What became a task of what this tablet sent, until its giver has read it: sealed for the server, which reads it to the
   same person alone, and taken away by a press, or after twelve hours. */

import { sealFor } from "./seal.js";
import { addTold, listTold } from "./store.js";

/* What an answer was about, and why it was not taken. */
export function taskWords({ about, said }) {
  return about ? `${about}: ${said}` : said;
}

export const isTask = ({ outcome }) => ["conflict", "refused"].includes(outcome);

/* Keep what became of entries until it was read. */
export async function keepTold(told, { owner, serverKey, at }) {
  for (const [id, words] of told) {
    const content = { owner, words, kept_at: new Date(at).toISOString() };
    await addTold({ id, owner, keptAt: Date.now(), forServer: await sealFor(serverKey, content) });
  }
}

async function open(address, token, { forServer }) {
  const body = new FormData();
  body.append("csrf_token", token);
  body.append("sealed", forServer);
  const answer = await fetch(address, { method: "POST", body, redirect: "manual", cache: "no-store" });
  return answer.ok ? ((await answer.json()).typed?.words ?? null) : null;
}

/* The sentences that a person has not read yet, by the id of the entry. */
export async function readTold(owner, address, token) {
  const found = new Map();
  for (const each of await listTold(owner)) {
    const words = await open(address, token, each);
    if (words) found.set(each.id, words);
  }
  return found;
}
