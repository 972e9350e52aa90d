/* Completion: variables and blocks of the record after <, kinds of blocks after ///, variables in a condition. */
import { KINDS, insertBlock } from "./blocks.js";
import { RECORDS, bodyLine, isEscaped, knowledge } from "./marks.js";

const DECIDE = {
  yes_no: (each) => [each.name, `not ${each.name}`],
  choice: (each) => each.options.map((option) => `${each.name} is ${option}`),
  choices: (each) => each.options.map((option) => `${each.name} includes ${option}`),
};

/** The conditions that can be written with the variables as they are declared. */
export function conditions(variables) {
  const asked = variables.filter((each) => each.source === "organisation" || each.source === "document");
  return asked.flatMap((each) => DECIDE[each.kind]?.(each) ?? []);
}

export function complete(context) {
  const line = context.state.doc.lineAt(context.pos);
  if (line.number < bodyLine(context.state.doc)) return null;
  return placeholders(context, line) ?? condition(context) ?? blocks(context);
}

function placeholders(context, line) {
  const typed = context.matchBefore(/<[A-Za-z0-9 ]*/);
  if (!typed || isEscaped(line.text, typed.from - line.from)) return null;
  const variables = context.state.field(knowledge).list;
  const options = [
    ...variables.map((each) => option(each.name, each.label, `<${each.name}>`, 1)),
    ...Object.entries(RECORDS).map(([name, label]) => option(name, label, "from the record", -1)),
  ];
  return { from: typed.from + 1, options, validFor: /^[A-Za-z0-9 ]*$/ };
}

/** One variable: found by its label and by its name, shown by its label. */
function option(name, label, detail, boost) {
  const apply = (view, completion, from, to) => {
    const end = view.state.sliceDoc(to, to + 1) === ">" ? to + 1 : to;
    const insert = `<${name}>`;
    view.dispatch({ changes: { from: from - 1, to: end, insert }, selection: { anchor: from - 1 + insert.length }, userEvent: "input.complete" });
  };
  return { label: `${label} ${name}`, displayLabel: label, detail, boost, apply };
}

function condition(context) {
  const typed = context.matchBefore(/^\s*\/{3,}\s*when\s*\|.*$/);
  if (!typed) return null;
  const from = typed.from + /^[^|]*\|\s*/.exec(typed.text)[0].length;
  return { from, options: conditions(context.state.field(knowledge).list).map((label) => ({ label })) };
}

function blocks(context) {
  const typed = context.matchBefore(/^\s*\/{3,}[ \t]*[a-z]*$/);
  if (!typed || (!context.explicit && /\/$/.test(typed.text))) return null;
  const word = /[a-z]*$/.exec(typed.text)[0];
  const options = Object.entries(KINDS).map(([label, { words }]) => ({
    label,
    detail: words,
    apply(view, completion, from, to) {
      view.dispatch({ changes: { from: typed.from, to } });
      insertBlock(view, label);
    },
  }));
  return { from: context.pos - word.length, options, validFor: /^[a-z]*$/ };
}
