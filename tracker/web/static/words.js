/* Shows how a message reads while its words are typed. Without it the button "Show how it reads" does the same. */

const PAUSE_MS = 400;
const form = document.querySelector("[data-words] form");
const preview = document.getElementById("preview");
const forNext = document.getElementById("for-next");
let waiting;
let asked = 0;

async function show() {
  const number = ++asked;
  const body = new URLSearchParams(new FormData(form));
  /* Nobody typed this to be kept for after the next sign-in. */
  body.delete("form_of");
  let page;
  try {
    const answer = await fetch(preview.dataset.previewUrl, { method: "POST", body, redirect: "error" });
    if (answer.ok) page = await answer.text();
  } catch {
    page = undefined;
  }
  /* A later answer may have been quicker. */
  if (number !== asked) return;
  preview.classList.toggle("is-old", page === undefined);
  if (page !== undefined) preview.replaceChildren(...new DOMParser().parseFromString(page, "text/html").body.childNodes);
}

form?.addEventListener("input", () => {
  /* It was made from the words as they were before. */
  if (forNext) forNext.hidden = true;
  clearTimeout(waiting);
  waiting = setTimeout(show, PAUSE_MS);
});
