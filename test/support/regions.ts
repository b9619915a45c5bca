const begin = /^\s*\/\/ #region (\S+)$/;
const end = /^\s*\/\/ #endregion$/;

const indentOf = (line: string): number => line.length - line.trimStart().length;

/** The lines without the indentation that all of them have. */
function dedented(lines: readonly string[]): string {
  const least = Math.min(...lines.filter((line) => line.trim() !== "").map(indentOf));
  return lines.map((line) => line.slice(least)).join("\n");
}

/**
 * What a file has between `// #region NAME` and `// #endregion`. Parts of one name are one region, with
 * an empty line between them.
 *
 * @param name absent: the whole file, without the marks
 * @returns undefined when the file has no such region
 */
export function regionOf(text: string, name?: string): string | undefined {
  const lines = text.trimEnd().split("\n");
  if (name === undefined) {
    return `${lines.filter((line) => !begin.test(line) && !end.test(line)).join("\n")}\n`;
  }
  const parts: string[][] = [];
  let open = false;
  for (const line of lines) {
    if (end.test(line)) open = false;
    else if (open) parts.at(-1)?.push(line);
    else if (begin.exec(line)?.[1] === name) {
      open = true;
      parts.push([]);
    }
  }
  return parts.length === 0 ? undefined : `${parts.map(dedented).join("\n\n")}\n`;
}
