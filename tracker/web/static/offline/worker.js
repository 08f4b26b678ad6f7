/* Gives the page without network when a page of the day cannot be had. It keeps that page and its files, and no other:
   whatever else a page asks for goes past it. */

const VERSION = new URL(location.href).searchParams.get("v");
const CACHE = `offline-page-${VERSION}`;
const PAGE = "/day/offline";
const PATIENCE_MS = 12_000;

async function keepParts() {
  const { parts } = await (await fetch("/day/offline/parts", { credentials: "omit", cache: "no-store" })).json();
  const cache = await caches.open(CACHE);
  /* Nobody's: asked for without their cookies. */
  await cache.addAll(parts.map((part) => new Request(part, { credentials: "omit", cache: "reload" })));
}

async function dropOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("offline-page-") && name !== CACHE).map((name) => caches.delete(name)));
  /* The browser asks for the page as if there were no worker: to the server it looks like any other. */
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
}

async function kept(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request)) ?? Response.error();
}

function outOfPatience() {
  return new Promise((_, reject) => { setTimeout(() => reject(new Error("no answer")), PATIENCE_MS); });
}

async function pageOrKept(event) {
  try {
    const asked = event.preloadResponse.then((answer) => answer ?? fetch(event.request));
    return await Promise.race([asked, outOfPatience()]);
  } catch {
    return kept(PAGE);
  }
}

async function partOrKept(request) {
  try {
    return await fetch(request);
  } catch {
    return kept(request);
  }
}

self.addEventListener("install", (event) => event.waitUntil(keepParts().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(dropOthers()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(pageOrKept(event));
  else if (url.pathname.startsWith("/static/")) event.respondWith(partOrKept(request));
});
