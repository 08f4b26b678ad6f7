/* What a tablet keeps is sealed before it is stored: for this server, or for one person, whose private key is locked with
   their PIN. To seal needs no secret. An envelope is the sealer's own public point, the nonce and the ciphertext: ECDH on
   P-256, HKDF-SHA256, AES-256-GCM. */

const CURVE = { name: "ECDH", namedCurve: "P-256" };
const POINT = 65;
const NONCE = 12;
/* As slow as a nurse at the bedside bears. */
const ITERATIONS = 600_000;
const encoder = new TextEncoder();
const INFO = encoder.encode("tracker: what a tablet keeps");

/* Only a page that came over https, or from this very computer, has the browser's cryptography. */
export function canSeal() {
  return Boolean(globalThis.crypto?.subtle && globalThis.indexedDB);
}

export function randomId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function toText(bytes) {
  return btoa(Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join(""));
}

function toBytes(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

async function sharedKey(privateKey, publicKey, salt, use) {
  const bits = await crypto.subtle.deriveBits({ name: "ECDH", public: publicKey }, privateKey, 256);
  const drawn = await crypto.subtle.importKey("raw", bits, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt, info: INFO };
  return crypto.subtle.deriveKey(how, drawn, { name: "AES-GCM", length: 256 }, false, [use]);
}

function importPoint(bytes) {
  return crypto.subtle.importKey("raw", bytes, CURVE, false, []);
}

export async function sealFor(publicKey, value) {
  const mine = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", mine.publicKey));
  const key = await sharedKey(mine.privateKey, await importPoint(toBytes(publicKey)), point, "encrypt");
  const iv = crypto.getRandomValues(new Uint8Array(NONCE));
  const content = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, encoder.encode(JSON.stringify(value)));
  return toText(await new Blob([point, iv, content]).arrayBuffer());
}

/* Rejects what was sealed for somebody else, or was changed. */
export async function openSealed(privateKey, sealed) {
  const bytes = toBytes(sealed);
  const point = bytes.slice(0, POINT);
  const key = await sharedKey(privateKey, await importPoint(point), point, "decrypt");
  const iv = bytes.slice(POINT, POINT + NONCE);
  const content = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, bytes.slice(POINT + NONCE));
  return JSON.parse(new TextDecoder().decode(content));
}

async function pinKey(pin, salt, iterations) {
  const typed = await crypto.subtle.importKey("raw", encoder.encode(pin), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return crypto.subtle.deriveKey(how, typed, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/* A new pair of keys: the public one seals a person's day, the private one is locked with the PIN. */
export async function newKeyring(pin) {
  const pair = await crypto.subtle.generateKey(CURVE, true, ["deriveBits"]);
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(NONCE));
  const secret = await crypto.subtle.exportKey("pkcs8", pair.privateKey);
  const locked = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await pinKey(pin, salt, ITERATIONS), secret);
  return {
    publicKey: toText(await crypto.subtle.exportKey("raw", pair.publicKey)),
    salt: toText(salt),
    iterations: ITERATIONS,
    iv: toText(iv),
    locked: toText(locked),
  };
}

/* The private key, or null where the PIN is another one. */
export async function openKeyring(keyring, pin) {
  const key = await pinKey(pin, toBytes(keyring.salt), keyring.iterations);
  let secret;
  try {
    secret = await crypto.subtle.decrypt({ name: "AES-GCM", iv: toBytes(keyring.iv) }, key, toBytes(keyring.locked));
  } catch (error) {
    if (error.name === "OperationError") return null;
    throw error;
  }
  return crypto.subtle.importKey("pkcs8", secret, CURVE, false, ["deriveBits"]);
}
