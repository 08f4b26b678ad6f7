/* Counts the next due time down. The page itself says how long it was when it was made; without a script that stands. */

const TICK_MS = 20000;

function away(minutes) {
  const whole = Math.abs(minutes);
  const text = whole >= 60 ? `${Math.floor(whole / 60)} h ${String(whole % 60).padStart(2, "0")} min` : `${whole} min`;
  return minutes > 0 ? `in ${text}` : `since ${text}`;
}

function refresh() {
  for (const line of document.querySelectorAll("[data-due-at]")) {
    const minutes = Math.round((Date.parse(line.dataset.dueAt) - Date.now()) / 60000);
    line.textContent = line.textContent.replace(/(in|since) (\d+ h )?\d+ min$/, away(minutes));
  }
}

setInterval(refresh, TICK_MS);
