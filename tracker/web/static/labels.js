/* Labels that are scanned into a form. A scanner types fast and ends each code with Enter: the label is read, what it
   says fills the fields below that are empty, and the next field waits. Enter never sends the form half filled. What
   counts is read once more by the server when the form is sent; without a network nothing here is lost. */

const SEPARATOR = "\u001d";
const form = document.querySelector("form:has([data-label])");
const readUrl = document.querySelector("[data-read-labels]")?.dataset.readLabels;
const filledByLabel = new WeakMap();

function lineBelow(field) {
  const id = `${field.id}-read`;
  let line = document.getElementById(id);
  if (!line) {
    line = document.createElement("div");
    line.id = id;
    line.className = "label-read";
    line.setAttribute("role", "status");
    field.closest(".field").append(line);
  }
  return line;
}

function tell(field, said, stops = []) {
  const line = lineBelow(field);
  line.replaceChildren();
  for (const stop of stops) {
    const sentence = document.createElement("p");
    sentence.className = "field-error";
    sentence.textContent = stop;
    line.append(sentence);
  }
  if (said) {
    const sentence = document.createElement("p");
    sentence.textContent = said;
    line.append(sentence);
  }
}

function fillIn(fields, into = "") {
  for (const [name, value] of Object.entries(fields)) {
    const target = form.elements[into + name];
    if (!target || (target.value && target.value !== filledByLabel.get(target))) continue;
    target.value = value;
    filledByLabel.set(target, value);
    target.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/* Says whether nothing more is to be scanned into the field. */
async function read(field) {
  const asked = field.value;
  const body = new FormData();
  for (const name of ["csrf_token", "form_of"]) if (form.elements[name]) body.append(name, form.elements[name].value);
  body.append("label", asked);
  try {
    const response = await fetch(`${readUrl}/${field.dataset.label}`, { method: "POST", body });
    if (!response.ok) throw new Error(String(response.status));
    const answer = await response.json();
    if (field.value !== asked) return false; // more was scanned meanwhile, and is read for itself
    fillIn(answer.fields, field.dataset.into);
    tell(field, answer.said, answer.stops);
    return answer.is_whole;
  } catch {
    if (field.value !== asked) return false;
    tell(field, "Not read yet. It is kept, and read when you save.");
    return true;
  }
}

function controls() {
  return [...form.elements].filter((each) => each.matches("input:not([type=hidden]), select, textarea, button") && !each.disabled);
}

function isOpen(control) {
  if (control.type === "radio") return !form.querySelector(`input[name="${control.name}"]:checked`);
  return control.type !== "checkbox" && (control.type === "submit" || !control.value);
}

/* After a label the next label; after anything else the next question that is not answered. */
function moveOn(field) {
  const all = controls();
  const after = all.slice(all.indexOf(field) + 1);
  const label = field.matches("[data-label]") && after.find((each) => each.matches("[data-label]") && !each.value);
  (label || after.find(isOpen) || all.at(-1)).focus();
}

function looksLikeLabel(text) {
  return /^(\][A-Za-z]\d|\(01\)|01\d{14}|\+[A-Z$])/.test(text) || text.includes(SEPARATOR);
}

/* The scanner was pointed at a label while another field waited: what it typed belongs to the label before it. */
function bringHome(field) {
  const all = controls();
  const labels = all.filter((each) => each.matches("[data-label]"));
  const before = labels.filter((each) => all.indexOf(each) < all.indexOf(field));
  const home = labels.find((each) => !each.value) ?? before.at(-1) ?? labels[0];
  home.value = home.value + field.value;
  field.value = "";
  home.focus();
  home.setSelectionRange(home.value.length, home.value.length);
  ended(home);
}

function insert(field, text) {
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
}

async function ended(field) {
  if (!field.value.trim()) return moveOn(field);
  if (!field.value.endsWith("\n")) insert(field, "\n");
  const isDone = await read(field);
  if (isDone && document.activeElement === field) moveOn(field);
}

form?.addEventListener("keydown", (event) => {
  const field = event.target;
  if (field.matches("[data-label], [type=text]") && event.ctrlKey && event.key === "]") {
    event.preventDefault();
    insert(field, SEPARATOR);
    return;
  }
  if (event.key !== "Enter" || event.isComposing || field.matches("button, a, textarea:not([data-label])")) return;
  event.preventDefault();
  if (field.matches("[data-label]")) ended(field);
  else if (field.matches("[type=text]") && looksLikeLabel(field.value)) bringHome(field);
  else moveOn(field);
});

form?.addEventListener("change", (event) => {
  if (event.target.matches("[data-label]") && event.target.value.trim()) read(event.target);
});
