import * as z from "zod";
import { requireScope } from "../../callers/caller.ts";
import { ownConnection } from "../../callers/owner.ts";
import { orThrow } from "../../contract/or-throw.ts";
import { success } from "../../front/answers.ts";
import { readJson } from "../../front/body.ts";
import { requireConsole } from "../../front/console-access.ts";
import { notFound } from "../../front/failures.ts";
import { guardsOf } from "../../front/register.ts";
import type { Router } from "../../front/router.ts";
import { runForConsole } from "../../operations/console-run.ts";
import { parseInput } from "../../operations/failures.ts";

const path = "/console/run";

const bodySchema = z.strictObject({
  connection: z.string().max(256),
  service: z.enum(["graph", "arm"]),
  path: z.string().max(4_096),
});

/** Where `CONSOLE_RUNNER` is on, an administrator of the console may read as a connection. */
export function consoleRunRoutes({ app }: Router): void {
  app.on("POST", [path], ...guardsOf({ path, json: true }), async (c) => {
    if (!c.get("config").console?.runner) return notFound(c);
    const operator = await requireConsole(c);
    c.set("caller", operator);
    orThrow(requireScope(operator, "admin"));
    const { connection, ...asked } = parseInput(bodySchema, await readJson(c));
    const connectionId = orThrow(ownConnection(operator, connection));
    c.set("connectionId", connectionId);
    const tools = { env: c.env, config: c.get("config"), requestId: c.get("requestId") };
    const now = () => Date.now();
    return success(
      orThrow(
        await runForConsole({ connectionId, ...asked }, { ...tools, operator: operator.id, now }),
      ),
    );
  });
}
