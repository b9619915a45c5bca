/** A fenced block of a Markdown text. */
export interface Block {
  /** First word behind the fence: `ts`, `console`… */
  language: string;
  /** What follows it on that line. */
  info: string;
  text: string;
  /** Line of the fence, from 1. */
  line: number;
}

export const blocksOf = (markdown: string): Block[] =>
  [...markdown.matchAll(/^```(\w+) *([^\n]*)\n([\s\S]*?)^```$/gm)].map(
    ({ 1: language = "", 2: info = "", 3: text = "", index }) => ({
      language,
      info: info.trim(),
      text,
      line: markdown.slice(0, index).split("\n").length,
    }),
  );

/** One command of a `console` block and the lines that are shown below it. */
export interface ShownCommand {
  command: string;
  shown: string;
}

/** The commands of a `console` block: each begins with `$ `, and goes on behind a backslash. */
export function commandsOf(console: string): ShownCommand[] {
  const commands: ShownCommand[] = [];
  let open = false;
  for (const line of console.split("\n")) {
    const last = commands.at(-1);
    if (line.startsWith("$ ")) commands.push({ command: line.slice(2), shown: "" });
    else if (last !== undefined && open) last.command += `\n${line}`;
    else if (last !== undefined) last.shown += `${line}\n`;
    open = line.endsWith("\\") && (open || line.startsWith("$ "));
  }
  return commands.map(({ command, shown }) => ({ command, shown: shown.trim() }));
}

/** Finds what is shown in an output: `…` stands for anything. */
export const patternOf = (shown: string): RegExp =>
  new RegExp(
    shown
      .split("…")
      .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
      .join(String.raw`[\s\S]*?`),
  );

/** The anchors of a text's headings, as GitHub makes them. */
export const anchorsOf = (markdown: string): Set<string> =>
  new Set(
    [...markdown.replaceAll(/^```[\s\S]*?^```$/gm, "").matchAll(/^#+ (.+)$/gm)].map(
      ([, heading = ""]) =>
        heading
          .toLowerCase()
          .replaceAll(/[^\p{Letter}\p{Number}_ -]/gu, "")
          .replaceAll(" ", "-"),
    ),
  );

/** Where the links of a text lead that are no web addresses. */
export const linksOf = (markdown: string): string[] =>
  [...markdown.replaceAll(/^```[\s\S]*?^```$/gm, "").matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = ""]) => link)
    .filter((link) => !/^[a-z]+:/.test(link));
