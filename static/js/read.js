/* Reading page. Without it: the whole text with blanks outlined and boxes drawn. With it: Copy on words to say,
   boxes to tick and blanks to fill for one call, the current section marked, text size, tabs on a phone. */
import { Call } from "./call.js";
import { followContents } from "./contents.js";
import { addCopyButtons } from "./copying.js";
import { inBrowser } from "./kept.js";
import { showPane, startPanes } from "./panes.js";
import { speak } from "./speak.js";

const SIZES = [0.9, 1, 1.15, 1.3, 1.5];

function textSize(place) {
  let step = SIZES.indexOf(inBrowser.get("text-size", 1));
  if (step < 0) step = 1;
  const apply = () => document.documentElement.style.setProperty("--text", SIZES[step]);
  const row = document.createElement("div");
  row.className = "text-size";
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", "Text size");
  for (const [words, label, by] of [["A-", "Smaller text", -1], ["A+", "Larger text", 1]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button secondary";
    button.textContent = words;
    button.setAttribute("aria-label", `${words} ${label}`);
    button.addEventListener("click", () => {
      step = Math.min(SIZES.length - 1, Math.max(0, step + by));
      inBrowser.set("text-size", SIZES[step]);
      apply();
      speak(`Text size ${Math.round(SIZES[step] * 100)} %`);
    });
    row.append(button);
  }
  apply();
  place.append(row);
}

const reader = document.querySelector("[data-read]");
const text = reader?.querySelector(".document");
if (text) {
  addCopyButtons(text);
  const call = new Call(reader, text);
  const place = reader.querySelector("[data-call-tools]");
  if (place) {
    call.tools(place);
    const rail = document.createElement("section");
    rail.className = "rail-part";
    textSize(rail);
    place.after(rail);
  }
  const nav = reader.querySelector(".contents");
  if (nav) followContents(nav, () => showPane(reader, "text"));
  startPanes(reader);
}
