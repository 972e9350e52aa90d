/* Lists and tables as rows of controls, over the text area that the server reads: textarea[data-rows="list"] holds one
   item a line, textarea[data-rows="table"] one row a line with its cells parted by " | ". The text area stays the one
   that is sent, saved and compared; without this script it is what people type into. */
import { button, element } from "./elements.js";
import { parts } from "./rows_text.js";

for (const text of document.querySelectorAll("textarea[data-rows]")) start(text);

function start(text) {
  const columns = text.dataset.rows === "table" ? JSON.parse(text.dataset.columns) : [""];
  const { read, write } = parts(text.dataset.rows, columns.length);
  if (!read(text.value)) return; // more cells than columns: only the plain text shows all of it
  const field = text.closest(".field");
  const label = field.querySelector("label");
  const name = nameOf(label);
  const noun = text.dataset.rows === "table" ? "Row" : "Item";
  const box = element("div", "", "rows-box");
  const body = element(text.dataset.rows === "table" ? "table" : "ol", "", "rows-list");
  // A region of its own: autosave speaks in the page's, often in the same moment.
  const region = element("div", "", "visually-hidden");
  const add = button(`Add ${noun.toLowerCase()}`, "button secondary small", () => { insert(list().length); focus(list().length - 1); });

  takeOver();
  draw();
  text.addEventListener("filled-in", draw);
  body.addEventListener("input", (event) => { event.stopPropagation(); keep(); });
  body.addEventListener("keydown", onKey);
  body.addEventListener("paste", onPaste);

  /** Stand in for the text area: its id, so that links and labels lead here, its description, its focus. */
  function takeOver() {
    const id = text.id;
    label.id = `${id}_label`;
    label.addEventListener("click", () => focus(0));
    text.id = `${id}_text`;
    text.focus = () => (box.hidden ? HTMLElement.prototype.focus.call(text) : focus(0));
    box.id = id;
    box.tabIndex = -1;
    box.setAttribute("role", "group");
    box.setAttribute("aria-labelledby", label.id);
    box.setAttribute("aria-describedby", [text.getAttribute("aria-describedby"), `${text.id}_live`].filter(Boolean).join(" "));
    label.removeAttribute("for");
    field.classList.add("has-rows");
    box.addEventListener("focus", () => focus(0));
    region.setAttribute("role", "status");
    box.append(body, add, region);
    text.before(box);
  }

  function draw() {
    body.replaceChildren();
    if (body.tagName === "TABLE") {
      const head = body.createTHead().insertRow();
      for (const column of [...columns, ""]) {
        const cell = element(column ? "th" : "td", column, "");
        if (column) cell.scope = "col";
        head.append(cell);
      }
      body.createTBody();
    }
    const rows = read(text.value);
    box.hidden = !rows;
    text.hidden = Boolean(rows);
    for (const row of rows ?? []) insert(list().length, row);
    if (!list().length) insert(0);
  }

  function list() {
    return [...(body.tBodies?.[0] ?? body).children];
  }

  function inputs(row) {
    return [...row.querySelectorAll("input")];
  }

  function insert(place, values = []) {
    const isTable = body.tagName === "TABLE";
    const row = element(isTable ? "tr" : "li", "", "row");
    for (const [at] of columns.entries()) {
      const input = element("input");
      Object.assign(input, { type: "text", value: values[at] ?? "", autocomplete: "off" });
      const cell = isTable ? wrapped("td", input) : input;
      if (isTable) cell.dataset.label = columns[at];
      row.append(cell);
    }
    const tools = element(isTable ? "td" : "span", "", "row-tools");
    for (const [sign, what, act] of [["↑", "up", -1], ["↓", "down", 1]]) {
      tools.append(tool(sign, `move-${what}`, () => move(row, act)));
    }
    tools.append(tool("×", "remove", () => remove(row)));
    row.append(tools);
    (body.tBodies?.[0] ?? body).insertBefore(row, list()[place] ?? null);
    number();
    return row;
  }

  /** Name every control by its place: "Call categories, item 2", "Move item 2 up". */
  function number() {
    const rows = list();
    for (const [place, row] of rows.entries()) {
      const said = `${noun.toLowerCase()} ${place + 1}`;
      for (const [at, input] of inputs(row).entries()) input.setAttribute("aria-label", `${columns[at] || name}, ${said}`);
      for (const one of row.querySelectorAll(".row-tools button")) {
        const words = { "move-up": `Move ${said} up`, "move-down": `Move ${said} down`, remove: `Remove ${said}` }[one.dataset.act];
        one.setAttribute("aria-label", words);
        one.title = words;
        one.setAttribute("aria-disabled", String(
          (one.dataset.act === "move-up" && place === 0) || (one.dataset.act === "move-down" && place === rows.length - 1)));
      }
    }
  }

  function keep() {
    const value = write(list().map((row) => inputs(row).map((input) => input.value)));
    if (value === text.value.replace(/\r\n?/g, "\n")) return;
    text.value = value;
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function say(words) {
    region.textContent = "";
    setTimeout(() => { region.textContent = words; }, 50); // an unchanged text is not announced again
  }

  function focus(place, at = 0) {
    const rows = list();
    inputs(rows[Math.max(0, Math.min(place, rows.length - 1))])[at].focus();
  }

  function move(row, by) {
    const rows = list();
    const place = rows.indexOf(row) + by;
    if (place < 0 || place >= rows.length) { say(`${noun} ${place - by + 1} is ${by < 0 ? "first" : "last"} already`); return; }
    if (by < 0) rows[place].before(row);
    else rows[place].after(row);
    number();
    keep();
    changed();
    row.querySelector(`[data-act="move-${by < 0 ? "up" : "down"}"]`).focus(); // moving a row takes the focus from it
    say(`Moved to place ${place + 1} of ${rows.length}`);
  }

  function remove(row) {
    const place = list().indexOf(row);
    row.remove();
    if (!list().length) insert(0);
    number();
    keep();
    changed();
    focus(place);
    say(`${noun} ${place + 1} removed, ${list().length} left`);
  }

  /** What a button did is saved at once, as leaving a field is. */
  function changed() {
    text.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** Enter goes to the next row and makes one after the last. */
  function onKey(event) {
    if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    const row = event.target.closest(".row");
    const place = list().indexOf(row);
    const isLast = place === list().length - 1;
    const isEmpty = inputs(row).every((input) => !input.value.trim());
    if (isLast && isEmpty) { add.focus(); return; }
    if (isLast || (text.dataset.rows === "list" && event.target.value.trim())) {
      insert(place + 1);
      say(`${noun} ${place + 2} added`);
    }
    focus(place + 1, text.dataset.rows === "table" && !isLast ? inputs(row).indexOf(event.target) : 0);
  }

  /** Several lines, or cells of a spreadsheet, become as many rows from here on. */
  function onPaste(event) {
    const given = event.clipboardData?.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n+$/, "") ?? "";
    if (!/[\n\t]/.test(given) || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    const row = event.target.closest(".row");
    const first = inputs(row).indexOf(event.target);
    const from = list().indexOf(row);
    const lines = given.split("\n").map((line) => line.trim()).filter(Boolean);
    for (const [nth, line] of lines.entries()) {
      const isList = text.dataset.rows === "list";
      const cells = isList ? [line.replace(/^(?:[-*•·]|[0-9]+[.)])\s+/, "")] : line.split("\t");
      const next = list()[from + nth];
      const isFree = next && (nth === 0 || !isList) && inputs(next).slice(first).every((input, at) => at >= cells.length || !input.value || input === event.target);
      const target = isFree ? next : insert(from + nth);
      for (const [at, cell] of cells.entries()) {
        const input = inputs(target)[first + at];
        if (input) input.value = cell.trim();
      }
    }
    number();
    keep();
    changed();
    focus(from + lines.length - 1, first);
    say(`${lines.length} lines pasted`);
  }
}

function nameOf(label) {
  const copy = label.cloneNode(true);
  copy.querySelectorAll("span").forEach((mark) => mark.remove());
  return copy.textContent.trim();
}

function wrapped(name, inner) {
  const outer = element(name);
  outer.append(inner);
  return outer;
}

function tool(sign, act, does) {
  const element = button(sign, "row-tool", does);
  element.dataset.act = act;
  return element;
}
