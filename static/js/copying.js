/* Copy for words to say. Call blanks are copied as [customer name], so nobody pastes the last caller's name. */
import { speak } from "./speak.js";

const BLOCKS = "p, li, div, blockquote";

/** The words of a say block as plain text: paragraphs apart, lists as lines, blanks in brackets. */
export function plainWords(words) {
  const copy = words.cloneNode(true);
  for (const blank of copy.querySelectorAll(".call-blank, .reader-blank:not(.known)")) {
    blank.replaceChildren(`[${blank.dataset.label ?? blank.textContent.trim()}]`);
  }
  for (const line of copy.querySelectorAll("br")) line.replaceWith("\n");
  const blocks = [...copy.querySelectorAll(BLOCKS)].filter((block) => !block.querySelector(BLOCKS));
  if (!blocks.length) return tidy(copy.textContent);
  return blocks.map((block) => (block.matches("li") ? "- " : "") + tidy(block.textContent)).join("\n\n").replace(/\n\n- /g, "\n- ");
}

const tidy = (text) => text.replace(/\u2060/g, "").replace(/[^\S\n]+/g, " ").replace(/ *\n */g, "\n").trim();

export async function copyText(text) {
  if (navigator.clipboard && isSecureContext) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea"); // plain http inside an office network has no clipboard interface
  area.value = text;
  area.className = "visually-hidden";
  document.body.append(area);
  const before = document.activeElement;
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  before?.focus();
  if (!done) throw new Error("copying was refused");
}

/** Copy, and say so on the button and once to assistive technology. */
export async function copyFrom(button, text) {
  const words = button.dataset.words ?? button.firstChild.textContent;
  button.dataset.words = words;
  let result = "Copied";
  try { await copyText(text); } catch { result = "Not copied: select the words and press Ctrl+C"; }
  button.firstChild.textContent = result;
  speak(result);
  clearTimeout(Number(button.dataset.timer));
  button.dataset.timer = String(setTimeout(() => { button.firstChild.textContent = words; }, 2000));
}

export function addCopyButtons(text) {
  for (const say of text.querySelectorAll(".say")) {
    const words = say.querySelector(".words");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    const which = document.createElement("span");
    which.className = "visually-hidden";
    which.textContent = ` the words: ${plainWords(words).slice(0, 40)}`;
    button.append("Copy", which);
    button.addEventListener("click", () => copyFrom(button, plainWords(words)));
    words.before(button);
  }
}
