/* Comfort on top of pages that work without it: keys, focus on errors, one press per form. Nothing moves by itself. */

const GO_WINDOW_MS = 1500;
let goUntil = 0;

function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName));
}

function go(key) {
  const place = [...document.querySelectorAll("[data-go]")].find((link) => link.dataset.go === key);
  place?.click();
  return Boolean(place);
}

function focusFind() {
  const find = document.getElementById("find");
  find?.focus();
  find?.select();
  return Boolean(find);
}

function showKeys() {
  const dialog = document.getElementById("keys");
  dialog?.showModal();
  return Boolean(dialog);
}

function actOn(event) {
  if (event.timeStamp < goUntil) {
    goUntil = 0;
    return go(event.key);
  }
  if (event.key === "g") {
    goUntil = event.timeStamp + GO_WINDOW_MS;
    return true;
  }
  if (event.key === "/") return focusFind();
  if (event.key === "?") return showKeys();
  return false;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if (actOn(event)) event.preventDefault();
});

/* A second press while the first is on its way would only meet a page that is already stale. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
});

/* A page taken from the browser's memory may be used again. */
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
});

/* A name that was tapped leads on to the PIN beside it. Whoever goes through the names by keyboard stays among them. */
let pointedAt = -Infinity;
document.addEventListener("pointerdown", (event) => { pointedAt = event.timeStamp; });
document.addEventListener("change", (event) => {
  if (event.target.name !== "second_by" || event.timeStamp - pointedAt > GO_WINDOW_MS) return;
  event.target.form?.elements.pin?.focus();
});

document.querySelector("[data-open-keys]")?.addEventListener("click", showKeys);
document.querySelector("[data-error-summary]")?.focus();
document.documentElement.classList.add("has-js");
