/* Opens the printer once, right after a letter was recorded as printed. Without it the page is printed from the browser. */

if (document.querySelector("[data-print-now]")) {
  /* A page that is opened again does not print again. */
  history.replaceState(null, "", location.pathname);
  window.print();
}
