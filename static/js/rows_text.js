/* The text of a list or table field, and its rows: the same rules as the server's. */

const CELL = /(?:[^\\|\t]|\\[\s\S]|\\$)+|[|\t]/g;

/** Return `read`, rows of cells from the text or null when one has more cells than `width`, and `write`, the reverse. */
export function parts(kind, width) {
  const isTable = kind === "table";
  return {
    read(text) {
      const lines = text.replace(/\r\n?/g, "\n").split("\n").filter((line) => line.trim());
      const rows = lines.map((line) => (isTable ? cells(line) : [line.trim()]));
      return rows.some((row) => row.length > width) ? null : rows;
    },
    write(rows) {
      const filled = rows.filter((row) => row.some((cell) => cell.trim()));
      return filled.map((row) => (isTable ? row.map(escaped).join(" | ") : row[0])).join("\n");
    },
  };
}

function cells(line) {
  const found = [""];
  for (const part of line.match(CELL) ?? []) {
    if (part === "|" || part === "\t") found.push("");
    else found[found.length - 1] += part.replace(/\\([\\|])/g, "$1");
  }
  return found.map((cell) => cell.trim());
}

const escaped = (cell) => cell.replace(/([\\|])/g, "\\$1");
