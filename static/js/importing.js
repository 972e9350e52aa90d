/* The review of an import: parts as tabs, and jumps between a blank in the source and its row. The page works without:
   then the parts stand one below the other and the jumps are plain links. */
import { showPane } from "./panes.js";

const desk = document.querySelector(".import-desk");
if (desk) start();

function start() {
  const asked = document.getElementById(location.hash.slice(1))?.closest("[data-part]");
  show(asked?.dataset.part ?? desk.dataset.pane);
  document.addEventListener("click", follow);
  desk.addEventListener("focusin", (event) => {
    const row = event.target.closest("tr[data-blank]");
    if (row) point(row);
  });
}

/** Show a part unless it is in view already: on a wide screen the source always is. */
function show(part) {
  if (part === "source" && document.getElementById("source").checkVisibility()) return;
  showPane(desk, part);
}

/** Links within the page: open the part that holds the target, go there, and put the focus where work goes on. */
function follow(event) {
  const target = targetOf(event.target);
  const part = target?.closest("[data-part]");
  if (!part) return;
  event.preventDefault();
  show(part.dataset.part);
  if (target.matches("tr[data-blank]")) {
    point(target);
    target.querySelector("td input").focus({ preventScroll: true });
    target.scrollIntoView({ block: "center" });
  } else if (target.matches("#source li")) {
    mark(target);
    bringUp(target);
    focusOn(target);
  } else {
    mark(target.matches("li") ? target : null);
    focusOn(target.querySelector("input[type=checkbox]") && target.matches("li") ? target.querySelector("input") : target);
    if (target !== part) target.scrollIntoView({ block: "center" });
  }
}

function targetOf(clicked) {
  const link = clicked.closest('a[href^="#"]');
  if (link) return document.getElementById(decodeURIComponent(link.hash.slice(1)));
  const value = clicked.closest("#template [data-variable]");
  if (!value) return null;
  return desk.querySelector(`tr[data-name="${CSS.escape(value.dataset.variable)}"]`);
}

/** Outline a row's places in the source and bring the first one up, without moving the page. */
function point(row) {
  mark(row);
  const places = desk.querySelectorAll(`.source-blank[href="#${CSS.escape(row.id)}"]`);
  for (const place of places) place.classList.add("is-here");
  if (places.length) bringUp(places[0].closest("li"));
}

function mark(element) {
  for (const old of desk.querySelectorAll(".is-here")) old.classList.remove("is-here");
  element?.classList.add("is-here");
}

function bringUp(line) {
  const box = line.closest(".source-lines");
  if (box.scrollHeight <= box.clientHeight + 1) { line.scrollIntoView({ block: "nearest" }); return; }
  const top = line.offsetTop - box.offsetTop;
  if (top < box.scrollTop + 40 || top > box.scrollTop + box.clientHeight - 80) box.scrollTop = top - box.clientHeight / 3;
}

function focusOn(element) {
  if (!element.matches("a, button, input, select, textarea, [tabindex]")) element.tabIndex = -1;
  element.focus({ preventScroll: true });
}
