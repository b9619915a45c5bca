import * as z from "zod";
import { atEachWidth, perCallAt, type Measurement } from "../measurement.ts";
import { race, ratios } from "../race.ts";
import { rowOf } from "../row.ts";
import type { Bench } from "../runtime.ts";
import type { Topic } from "../topic.ts";

const budget = (by: string, width: number, bar: number) => ({
  name: `mail_list_messages by ${by}, ${width} in flight, against GET /mail`,
  unit: "×",
  bar,
});

/** Concurrency, calls per turn, and the bars. */
const widths = [
  {
    width: 1,
    count: 40,
    session: budget("a session", 1, 2),
    token: budget("an MCP token", 1, 2.5),
  },
  {
    width: 16,
    count: 96,
    session: budget("a session", 16, 1.75),
    token: budget("an MCP token", 16, 2),
  },
] as const;

const credentialsSchema = z.object({ session: z.string(), mcpToken: z.string() });

/** What it costs that an agent lists mail by a tool, and not a program by HTTP: of the same user. */
export const mcp: Topic = {
  name: "mcp",
  budgets: widths.flatMap(({ session, token }) => [session, token]),
  async measure(bench) {
    const account = { account: "ada@contoso.example" };
    const credentials = credentialsSchema.parse(await bench.lab("/agent", account));
    return atEachWidth(widths, (width) => measureWidth(bench, credentials, width));
  },
};

async function measureWidth(
  bench: Bench,
  { session: ofHost, mcpToken }: z.infer<typeof credentialsSchema>,
  { width, count, session, token }: (typeof widths)[number],
): Promise<Measurement> {
  const way = (name: string, credential: string) => () =>
    bench.lab("/calls", { way: name, ids: credential, count, width });
  const times = await race(
    { mail: way("mail", ofHost), session: way("tool", ofHost), token: way("tool", mcpToken) },
    { rounds: 16, warmUp: 3 },
  );
  const perCall = perCallAt({ width, count });
  return {
    rows: [
      rowOf(session, ratios(times.session, times.mail)),
      rowOf(token, ratios(times.token, times.mail)),
    ],
    figures: [
      perCall("GET /mail by a session", times.mail),
      perCall("mail_list_messages by a session", times.session),
      perCall("mail_list_messages by an MCP token", times.token),
    ],
  };
}
