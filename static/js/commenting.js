/* A text under review: choosing words, by mouse or keyboard, brings a link to comment on them. It stands in the block
   where the choice ends and answers to c as well. Without this each section has a link and the form takes the words. */
import { element } from "./elements.js";

const text = document.querySelector("[data-comment-url]");
const AROUND = 200;
const LONGEST = 500;
const TOLD_ONLY = ".from-record, .num, .comment-add, .comment-ref, .comment-here, .visually-hidden";
const APART = "p, li, td, th, tr, dt, dd, caption, div, section, h1, h2, h3, h4, h5, h6, br";
const here = element("a", "Comment on this", "button small comment-here");
here.dataset.key = "c";
here.setAttribute("aria-keyshortcuts", "c");

/** What people read in a range, on one line: what the record fills in and what only helps is left out. */
function wordsIn(range) {
  const box = document.createElement("div");
  box.append(range.cloneContents());
  for (const told of box.querySelectorAll(TOLD_ONLY)) told.replaceWith(" ");
  for (const block of box.querySelectorAll(APART)) { block.before(" "); block.after(" "); }
  return box.textContent.replace(/\s+/g, " ").trim();
}

const isWord = (letter) => letter !== undefined && /[\p{L}\p{N}\p{M}_]/u.test(letter);

/** Whole words: a choice that begins or ends inside one takes all of it. */
function whole(range) {
  const made = range.cloneRange();
  const { startContainer: first, endContainer: last } = made;
  if (first.nodeType === Node.TEXT_NODE) {
    let at = made.startOffset;
    while (at > 0 && isWord(first.data[at - 1]) && isWord(first.data[at])) at -= 1;
    made.setStart(first, at);
  }
  if (last.nodeType === Node.TEXT_NODE) {
    let at = made.endOffset;
    while (at > 0 && at < last.data.length && isWord(last.data[at - 1]) && isWord(last.data[at])) at += 1;
    made.setEnd(last, at);
  }
  return made;
}

function headingOf(range) {
  let found = null;
  for (const heading of text.querySelectorAll(":is(h1, h2, h3, h4, h5, h6)[id]")) {
    if (heading.contains(range.startContainer) || range.comparePoint(heading, 0) < 0) found = heading;
  }
  return found;
}

function between(startNode, startOffset, endNode, endOffset) {
  const range = document.createRange();
  range.setStart(startNode, startOffset);
  range.setEnd(endNode, endOffset);
  return wordsIn(range);
}

function offer() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) { if (document.activeElement !== here) here.remove(); return; }
  const range = selection.getRangeAt(0);
  if (!text.contains(range.commonAncestorContainer)) return;
  const chosen = whole(range);
  const words = wordsIn(chosen);
  const heading = headingOf(chosen);
  if (!words || words.length > LONGEST || !heading || heading.parentElement.closest(".back")) { here.remove(); return; }
  const before = between(heading, 0, chosen.startContainer, chosen.startOffset).slice(-AROUND);
  const after = between(chosen.endContainer, chosen.endOffset, text, text.childNodes.length).slice(0, AROUND);
  here.href = `${text.dataset.commentUrl}?${new URLSearchParams({ section: heading.id, words, before, after })}`;
  stand(chosen);
}

/** Put the link into the block where the choice ends, above its last line. */
function stand(range) {
  const end = range.endContainer.nodeType === Node.TEXT_NODE ? range.endContainer.parentElement : range.endContainer;
  const block = end.closest("p, li, td, th, dt, dd, h1, h2, h3, h4") ?? text;
  const lines = range.getClientRects();
  const last = lines[lines.length - 1];
  if (!last) return;
  if (here.parentElement !== block) block.append(here);
  const home = here.offsetParent.getBoundingClientRect();
  here.style.left = `${Math.max(Math.min(last.right - home.left, home.width - here.offsetWidth), 0)}px`;
  here.style.top = `${last.bottom - home.top + 6}px`;
}

if (text) {
  let waiting;
  document.addEventListener("selectionchange", () => { clearTimeout(waiting); waiting = setTimeout(offer, 150); });
}
