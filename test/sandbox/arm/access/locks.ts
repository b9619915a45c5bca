import * as z from "zod";
import { queryParameter } from "../../query-parameter.ts";
import { type Answer, failure, ok, invalidFilter } from "../answer.ts";
import { readBody } from "../body.ts";
import { answerPage } from "../list.ts";
import type { Route } from "../router.ts";
import { liesWithin, scopesAbove } from "../scope.ts";
import { type ScopedCall, scopedRoutes } from "../scoped-routes.ts";
import type { ArmState, Lock } from "../state.ts";

const lockBody = z.object({
  properties: z.object({
    level: z.enum(["CanNotDelete", "ReadOnly"]),
    notes: z.string().max(512).nullish(),
  }),
});

/** What a level of lock forbids. */
const forbidden: Record<Lock["level"], readonly string[]> = {
  CanNotDelete: ["delete"],
  ReadOnly: ["delete", "write"],
};

const same = (left: string, right: string) => left.toLowerCase() === right.toLowerCase();

/**
 * ScopeLocked when a lock forbids the operation: one on the scope or above it, and for a deletion
 * also one on anything that would go with it.
 * @param scope the id of what is to be changed
 */
export function refuseLocked(
  state: ArmState,
  operation: "delete" | "write",
  scope: string,
): Answer | undefined {
  const above = new Set(scopesAbove(state, scope));
  const inTheWay = state.locks.filter(
    (lock) =>
      forbidden[lock.level].includes(operation) &&
      (above.has(lock.scope.toLowerCase()) ||
        (operation === "delete" && liesWithin(lock.scope, scope))),
  );
  if (inTheWay.length === 0) return undefined;
  return failure(
    409,
    "ScopeLocked",
    `The scope '${scope}' cannot perform ${operation} operation because following scope(s) are locked: ` +
      `'${inTheWay.map((lock) => lock.scope).join(",")}'. Please remove the lock and try again.`,
  );
}

const present = ({ scope, name, level, notes }: Lock) => ({
  properties: { level, ...(notes !== undefined && { notes }) },
  id: `${scope}/providers/Microsoft.Authorization/locks/${name}`,
  type: "Microsoft.Authorization/locks",
  name,
});

/** Locks on the scope, above it and below it; `atScope()` leaves those below out. */
function listLocks(call: ScopedCall): Answer {
  const filter = queryParameter(call.url, "$filter")?.trim();
  if (filter && filter.toLowerCase() !== "atscope()") return invalidFilter(filter);
  const above = new Set(scopesAbove(call.state, call.scope.id));
  const found = call.state.locks.filter(
    ({ scope }) => above.has(scope.toLowerCase()) || (!filter && liesWithin(scope, call.scope.id)),
  );
  return answerPage(call, found.map(present));
}

const find = ({ state, scope, param }: ScopedCall): Lock | undefined =>
  state.locks.find((each) => same(each.scope, scope.id) && same(each.name, param("lock")));

function showLock(call: ScopedCall): Answer {
  const lock = find(call);
  return lock
    ? ok(present(lock))
    : failure(404, "LockNotFound", `The lock '${call.param("lock")}' could not be found.`);
}

async function putLock(call: ScopedCall): Promise<Answer> {
  const body = await readBody(call.request, lockBody);
  if (!body.ok) return body.refusal;
  const { level, notes } = body.value.properties;
  const existing = find(call);
  const lock: Lock = {
    scope: call.scope.id,
    name: existing?.name ?? call.param("lock"),
    level,
    ...(typeof notes === "string" && { notes }),
  };
  call.state.locks = [...call.state.locks.filter((each) => each !== existing), lock];
  return { status: existing ? 200 : 201, body: present(lock) };
}

function deleteLock(call: ScopedCall): Answer {
  const lock = find(call);
  if (!lock) return { status: 204 };
  call.state.locks = call.state.locks.filter((each) => each !== lock);
  return { status: 200 };
}

const kinds = ["subscription", "group", "resource"] as const;
const type = "Microsoft.Authorization/locks";
const facts = { type, versions: { namespace: "Microsoft.Authorization", type: "locks" } };

export const lockRoutes: readonly Route[] = [
  ...scopedRoutes(kinds, `providers/${type}`, facts, { GET: listLocks }),
  ...scopedRoutes(kinds, `providers/${type}/{lock}`, facts, {
    GET: showLock,
    PUT: putLock,
    DELETE: deleteLock,
  }),
];
