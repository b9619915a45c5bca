import * as z from "zod";
import { requireScope } from "../../callers/caller.ts";
import { unauthenticated } from "../../callers/credential.ts";
import { ownConnection } from "../../callers/owner.ts";
import { orThrow } from "../../contract/or-throw.ts";
import { ok } from "../../contract/result.ts";
import { success } from "../../front/answers.ts";
import { readJson } from "../../front/body.ts";
import { consoleCaller } from "../../front/console-access.ts";
import { serviceOf } from "../../front/context.ts";
import { notFound } from "../../front/failures.ts";
import { countedCaller } from "../../front/require.ts";
import type { Router } from "../../front/router.ts";
import { runForConsole } from "../../operations/console-run.ts";
import { parseInput } from "../../operations/failures.ts";
import { consoleRoute } from "./route.ts";

const bodySchema = z.strictObject({
  connection: z.string().max(256),
  service: z.enum(["graph", "arm"]),
  path: z.string().max(4_096),
});

/** Where `CONSOLE_RUNNER` is on, an administrator of the console may read as a connection. */
export function consoleRunRoutes(router: Router): void {
  consoleRoute(router, "POST", "/console/run", async (c) => {
    if (!c.get("config").console?.runner) return notFound(c);
    const signedIn = await consoleCaller(c);
    const nobody = unauthenticated("Nobody is signed in.");
    const operator = await countedCaller(c, signedIn === undefined ? nobody : ok(signedIn));
    c.set("caller", operator);
    orThrow(requireScope(operator, "admin"));
    const { connection, ...asked } = parseInput(bodySchema, await readJson(c));
    const connectionId = orThrow(ownConnection(operator, connection));
    c.set("connectionId", connectionId);
    return success(orThrow(await runForConsole({ connectionId, ...asked }, serviceOf(c))));
  });
}
