import * as z from "zod";
import { connectionStub } from "../connection/stub.ts";
import { orThrow } from "../contract/or-throw.ts";
import type { Context } from "../front/context.ts";
import { untrustedBytes } from "../front/headers.ts";
import { guardsOf, honoPath } from "../front/register.ts";
import { auditLinesOf } from "../oauth/tool-audit.ts";
import { requires } from "../front/require.ts";
import type { Router } from "../front/router.ts";

const path = "/connections/{id}/audit";
const type = "application/jsonl";
/** As many as are kept. */
const limit = 200;

/** What happened to a connection, as a file: an event, or an agent's call of a tool, a line, the oldest first. */
export function auditRoutes(router: Router): void {
  router.documented.push(() => ({
    method: "GET",
    path,
    summary:
      "Its events and its agents' calls of tools, as a file of one (JSON) a line; the last 200 of each",
    tag: "connections",
    scope: "connections:read",
    params: { id: z.string().min(1).max(256) },
    answers: { 200: { description: "The file.", content: { [type]: z.string() } } },
  }));
  const scope = "connections:read";
  const access = requires({ scope: () => scope, console: scope, connection: "path" });
  router.app.on("GET", [honoPath(path)], ...guardsOf({ path, access }), (c) => exported(c));
}

async function exported(c: Context): Promise<Response> {
  const connection = await connectionStub(c.env, c.get("connectionId"));
  const { events } = orThrow(await connection.events({ after: 0, limit }));
  const calls = await auditLinesOf(c.env, c.get("connectionId"));
  const lines = [...events, ...calls]
    .toSorted((one, other) => String(one.time).localeCompare(String(other.time)))
    .map((line) => `${JSON.stringify(line)}\n`)
    .join("");
  const name = c.get("connectionId").replaceAll(/[^\w@.-]+/g, "-");
  return untrustedBytes(
    new Response(lines, {
      headers: {
        "content-type": `${type}; charset=utf-8`,
        "content-disposition": `attachment; filename="${name}.jsonl"`,
      },
    }),
  );
}
