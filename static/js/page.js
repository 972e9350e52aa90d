/* On every page: focus goes to an error summary, wide tables can be scrolled by keyboard, forms marked data-once are
   sent once, and [data-key] controls answer to a key (switched off in the footer). The page works without any of it. */
import { sendOnce } from "./once.js";

const summary = document.querySelector(".error-summary:not([hidden])");
if (summary) {
  summary.focus();
  if (!document.title.startsWith("Error: ")) document.title = `Error: ${document.title}`;
}

for (const form of document.querySelectorAll("form[data-once]")) sendOnce(form);

/** Make boxes that scroll sideways focusable, and only while they do. */
const scrollers = ".data-wrap, .document .table, .document .decision, .document .metrics, .document .definitions, .document .faq, .document > table";
const watchWidth = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth + 1) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
for (const box of document.querySelectorAll(scrollers)) watchWidth.observe(box);

const typing = (element) => element.closest("input, select, textarea, [contenteditable]");
const shortcutsOff = () => { try { return localStorage.getItem("shortcuts") === "off"; } catch { return false; } };
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return;
  if (typing(event.target) || shortcutsOff() || document.querySelector("dialog[open]")) return;
  const control = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!control) return;
  event.preventDefault();
  control.click();
});
