import * as z from "zod";

const lineSchema = z.object({
  level: z.string(),
  event: z.string(),
  error_name: z.string().optional(),
});

/**
 * What is wrong with a line that the Worker's process wrote; undefined: nothing. That somebody outside
 * failed is a warning, and a request that failed for it is judged by its caller.
 */
export function faultIn(line: string): string | undefined {
  const [, level = "", text = line] = /^(\w+): (.*)$/.exec(line) ?? [];
  const said = lineSchema.safeParse(jsonOf(text));
  if (said.success) {
    const { event, error_name: name } = said.data;
    const isFault = said.data.level === "error" && event !== "request";
    return isFault ? `the Worker says ${event} ${name ?? ""}` : undefined;
  }
  return level === "error" || /uncaught|unhandled|exception/i.test(line)
    ? `the Worker wrote: ${line.slice(0, 200)}`
    : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
