/* Putting blocks and placeholders into the text. A block inside another needs fewer slashes than the one around it. */
import { snippet } from "../../vendor/codemirror/codemirror.js";
import { bodyLine } from "./marks.js";

const TABLE = "| ${Case} | ${Who} |\n| --- | --- |\n| ${First} | ${Name} |";
export const KINDS = {
  say: { words: "Words to say", text: "${What to say}" },
  avoid: { words: "Words not to say", title: "What it is", text: "${What not to say}" },
  note: { words: "Note", text: "${What to know}" },
  tip: { words: "Tip", text: "${What helps}" },
  pitfall: { words: "Pitfall", text: "${What goes wrong}" },
  caution: { words: "Caution", text: "${What to look out for}" },
  warning: { words: "Warning", text: "${What must not happen}" },
  checklist: { words: "Checklist", text: "- [ ] ${First}\n- [ ] ${Second}" },
  steps: { words: "Numbered steps", text: "1. ${First}\n2. ${Second}" },
  decision: { words: "Decision table", title: "Who may decide", text: TABLE },
  metrics: { words: "Metrics table", title: "How it is measured", text: "| ${Measure} | ${Target} |\n| --- | --- |\n| ${First} | ${Figure} |" },
  table: { words: "Table", title: "Caption", text: TABLE },
  definitions: { words: "Definitions", text: "${Term}\n: ${Meaning}" },
  faq: { words: "Questions and answers", text: "${Question}\n: ${Answer}" },
};

const OPEN = /^(\s*)(\/{3,})(\s*\S.*)$/, CLOSE = /^(\s*)(\/{3,})\s*$/;

/** The blocks that are open at the start of a line, outermost first: slashes and numbers of both lines. */
function around(doc, number) {
  const open = [], closed = [];
  for (let at = bodyLine(doc); at <= doc.lines && (at < number || open.length); at += 1) {
    const text = doc.line(at).text;
    const opening = OPEN.exec(text), closing = opening ? null : CLOSE.exec(text);
    if (opening && at < number) open.push({ slashes: opening[2].length, from: at, to: 0 });
    else if (closing) {
      const place = open.findLastIndex((block) => block.slashes === closing[2].length);
      if (place < 0) continue;
      const [block] = open.splice(place);
      if (at >= number) closed.unshift({ ...block, to: at });
    }
  }
  return closed.sort((one, other) => one.from - other.from);
}

/** Changes that give every block around a line enough slashes to hold one with `slashes` of them. */
function roomFor(doc, number, slashes) {
  const blocks = around(doc, number), innermost = blocks.at(-1);
  const more = innermost ? Math.max(0, slashes + 1 - innermost.slashes) : 0;
  if (!more) return [];
  return blocks.flatMap((block) => [block.from, block.to]).map((at) => {
    const line = doc.line(at);
    const place = line.from + line.text.indexOf("/");
    return { from: place, insert: "/".repeat(more) };
  });
}

export function insertBlock(view, kind) {
  if (!view.state.selection.main.empty) { wrapLines(view, kind); return; }
  const { words, title, text } = KINDS[kind];
  view.dispatch({ changes: roomFor(view.state.doc, view.state.doc.lineAt(view.state.selection.main.head).number, 3) });
  const doc = view.state.doc, line = doc.lineAt(view.state.selection.main.head);
  const isEmpty = !line.text.trim();
  const before = isEmpty ? (blankAt(doc, line.number - 1) ? "" : "\n") : "\n\n";
  const after = blankAt(doc, line.number + 1) ? "" : "\n";
  const block = `${before}/// ${kind}${title ? ` | \${${title}}` : ""}\n${text}\n///${after}`;
  const from = isEmpty ? line.from : line.to;
  snippet(block)(view, { label: words }, from, line.to);
  view.focus();
}

/** Put the selected lines, or the line of the cursor, into a block. */
export function wrapLines(view, opening) {
  const { doc, selection: { main } } = view.state;
  const first = doc.lineAt(main.from), last = doc.lineAt(main.to);
  let slashes = 3;
  for (let at = first.number; at <= last.number; at += 1) {
    const found = /^\s*(\/{3,})/.exec(doc.line(at).text);
    if (found) slashes = Math.max(slashes, found[1].length + 1);
  }
  const marks = "/".repeat(slashes);
  const before = blankAt(doc, first.number - 1) ? "" : "\n";
  const after = blankAt(doc, last.number + 1) ? "" : "\n";
  view.dispatch({
    changes: [
      ...roomFor(doc, first.number, slashes),
      { from: first.from, insert: `${before}${marks} ${opening}\n` },
      { from: last.to, insert: `\n${marks}${after}` },
    ],
    userEvent: "input",
  });
  view.focus();
}

function blankAt(doc, number) {
  return number < 1 || number > doc.lines || !doc.line(number).text.trim() || doc.line(number).text.trimEnd() === "---";
}

export function insertVariable(view, name) {
  const body = view.state.doc.line(bodyLine(view.state.doc)).from;
  const { from, to } = view.state.selection.main;
  const insert = `<${name}>`;
  const place = from < body ? { from: body, to: body } : { from, to };
  view.dispatch({ changes: { ...place, insert }, selection: { anchor: place.from + insert.length }, scrollIntoView: true, userEvent: "input" });
  view.focus();
}

/** A block of the record stands on a line of its own. */
export function insertRecord(view, name) {
  const { doc, selection: { main } } = view.state, line = doc.lineAt(main.head);
  const isEmpty = !line.text.trim();
  const before = isEmpty ? (blankAt(doc, line.number - 1) ? "" : "\n") : "\n\n";
  const after = blankAt(doc, line.number + 1) ? "" : "\n";
  const insert = `${before}<${name}>${after}`;
  const from = isEmpty ? line.from : line.to;
  view.dispatch({ changes: { from, to: line.to, insert }, selection: { anchor: from + before.length + name.length + 2 }, userEvent: "input" });
  view.focus();
}
