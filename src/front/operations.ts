import { routesOf, type OperationRoute } from "../api/operation.ts";
import { operations } from "../operations/index.ts";
import { perform, type ServedOperation } from "../operations/serve.ts";
import { answerOf } from "./answers.ts";
import { readJson } from "./body.ts";
import { connectionOf, serviceOf, type Context } from "./context.ts";
import { withFieldNames } from "./failures.ts";
import { namesSent, placeOf, readInput } from "./http-input.ts";
import { documentedOperation } from "./operation-document.ts";
import { guardsOf, honoPath } from "./register.ts";
import { requires } from "./require.ts";
import type { Router } from "./router.ts";

/** Registers the HTTP routes of every operation that says `http`. */
export function operationRoutes(router: Router): void {
  for (const served of operations) {
    if (served.operation.over.includes("http")) operationRoute(router, served);
  }
}

/** Registers the HTTP routes of an operation. */
export function operationRoute(router: Router, served: ServedOperation): void {
  const { operation } = served;
  for (const route of routesOf(operation)) {
    router.app.on(
      route.method,
      [honoPath(route.path)],
      ...guardsOf({
        path: route.path,
        access: requires({
          scope: () => operation.scope,
          console: operation.consoleScope,
          connection: placeOf(operation, route),
        }),
        json: operation.body !== undefined,
        changes: operation.changes,
      }),
      (c) => answer(c, served, route),
    );
    router.documented.push(() => documentedOperation(operation, route));
  }
}

/** Its caller and connection are settled: reads the input, does the work, gives the answer. */
async function answer(
  c: Context,
  served: ServedOperation,
  route: OperationRoute,
): Promise<Response> {
  const { operation } = served;
  const input = readInput(operation, route, {
    params: c.req.param(),
    query: c.req.query(),
    body: operation.body === undefined ? undefined : await readJson(c),
  });
  const context =
    operation.on === "connection"
      ? await connectionOf(c, { waitOnThrottle: operation.waits })
      : serviceOf(c);
  const work = perform(served, context, input);
  return answerOf(operation.form, await withFieldNames(work, namesSent(operation, route)));
}
