/* One call: ticked rows and call blanks, kept in this browser tab only and never sent. */
import { copyFrom } from "./copying.js";
import { inTab } from "./kept.js";
import { speak } from "./speak.js";

export class Call {
  constructor(reader, text) {
    this.key = `call-${reader.dataset.read ?? location.pathname}`;
    this.title = reader.dataset.title ?? document.title;
    this.state = inTab.get(this.key) ?? { ticks: [], blanks: {} };
    this.boxes = [...text.querySelectorAll("li.check")].map((row, index) => this.tickable(row, index));
    this.inputs = [...text.querySelectorAll(".call-blank[data-call]")].map((blank) => this.fillable(blank));
    this.draw();
  }

  /** A drawn box becomes a real check box whose label is the row's own words. */
  tickable(row, index) {
    const box = document.createElement("input");
    const label = document.createElement("label");
    box.type = "checkbox";
    const inner = row.querySelector(":scope > p") ?? row;
    row.querySelector(".box")?.remove();
    const own = [...inner.childNodes].filter((node) => !node.matches?.("ul, ol, table, div"));
    label.append(box, ...own);
    inner.prepend(label);
    box.addEventListener("change", () => {
      this.state.ticks = this.boxes.map((one, number) => (one.checked ? number : -1)).filter((number) => number >= 0);
      this.keep();
    });
    box.dataset.index = String(index);
    return box;
  }

  fillable(blank) {
    const input = document.createElement("input");
    const label = blank.textContent.trim();
    blank.dataset.label = label;
    Object.assign(input, { type: "text", placeholder: label, autocomplete: "off", size: Math.max(6, label.length) });
    input.setAttribute("aria-label", `${label}, for this call`);
    input.dataset.call = blank.dataset.call;
    input.addEventListener("input", () => {
      this.state.blanks[input.dataset.call] = input.value;
      this.keep(input);
    });
    blank.replaceChildren(input);
    blank.after("\u2060"); // keeps a full stop or question mark on the line of its blank
    return input;
  }

  keep(typing) {
    this.before = null;
    inTab.set(this.key, this.state);
    this.draw(typing);
  }

  draw(typing) {
    this.boxes.forEach((box, index) => { box.checked = this.state.ticks.includes(index); });
    for (const input of this.inputs) {
      const value = this.state.blanks[input.dataset.call] ?? "";
      if (input !== typing) input.value = value;
      input.size = Math.max(6, (value || input.placeholder).length);
    }
    if (this.count) this.count.textContent = `${this.state.ticks.length} of ${this.boxes.length}`;
    if (this.undo) this.undo.hidden = !this.before;
  }

  clear() {
    const before = this.state;
    this.state = { ticks: [], blanks: {} };
    this.keep();
    this.before = before;
    this.draw();
    speak("Cleared for a new call");
  }

  restore() {
    this.state = this.before;
    this.keep();
    speak("The last call is back");
  }

  /** Plain text for the customer record. */
  note() {
    const lines = [this.title, new Date().toLocaleString([], { dateStyle: "medium", timeStyle: "short" })];
    const seen = new Set();
    for (const { dataset: { call }, placeholder } of this.inputs) {
      if (seen.has(call) || !this.state.blanks[call]) continue;
      seen.add(call);
      lines.push(`${placeholder}: ${this.state.blanks[call]}`);
    }
    for (const box of this.boxes) lines.push(`[${box.checked ? "x" : " "}] ${box.parentElement.textContent.trim().replace(/\s+/g, " ")}`);
    return lines.join("\n");
  }

  /** The panel in the rail; nothing when the text has neither rows to tick nor blanks. */
  tools(place) {
    if (!this.boxes.length && !this.inputs.length) return;
    const make = (name, text, className = "") => Object.assign(document.createElement(name), { textContent: text, className });
    const button = (text, className, act) => {
      const made = make("button", text, className);
      made.type = "button";
      made.addEventListener("click", () => act(made));
      return made;
    };
    place.append(make("h2", "On this call"));
    if (this.boxes.length) {
      const line = make("p", "");
      this.count = make("span", "", "call-count");
      line.append(this.count, " steps ticked");
      place.append(line);
    }
    this.undo = button("Undo", "link-button", () => this.restore());
    place.append(
      button("Copy as call note", "button secondary", (made) => copyFrom(made, this.note())),
      button("New call", "button secondary", () => this.clear()),
      this.undo,
      make("p", "Ticks and names stay in this browser tab. They are never sent.", "meta"),
    );
    place.hidden = false;
    this.draw();
  }
}
