import { CONTOSO_TENANT } from "../../sandbox/constants.ts";
import type { Command, Step } from "./commands.ts";
import { wellDeployed } from "./deployment.ts";
import type { World } from "./world.ts";

const hour = 3_600_000;

const step = (command: Command): Step => ({ command, hold: false, answer: { as: "service" } });

/**
 * Whatever a schedule left behind: once Microsoft answers and storage works, everything that was begun
 * ends, and the connection is well again by its alarm, by a refresh or, at the worst, by a sign-in.
 *
 * @returns what did not heal
 */
export async function* healing(world: World): AsyncGenerator<Step, string[]> {
  await world.mend();
  for (const capability of world.capabilities) capability.mend();
  if (world.isRedeployed) {
    yield step({ do: "deploy", ...wellDeployed });
    // What was refused for its secrets works again at once. Entra need not give a new refresh token: then
    // the old one has to be sealed anew.
    yield { ...freshToken, answer: { as: "withoutRefreshToken" } };
  }
  for (let turn = 0; turn < 50 && world.outstanding.length > 0; turn += 1) {
    yield step({ do: "answer" });
    yield step({ do: "answerCall", which: 0 });
  }
  // Who says nothing is waited for no longer.
  yield step({ do: "advance", seconds: 31 });
  const stuck = world.operations.filter(({ end }) => end === undefined);
  if (stuck.length > 0) return stuck.map(({ id, kind }) => `${kind} ${id} does not end`);

  for (let ring = 0; ring < 8; ring += 1) {
    const alarm = world.tables?.alarm ?? null;
    if (alarm === null || alarm > world.now + hour) break;
    yield step({ do: "alarm", wait: true });
  }
  if (world.tables?.intent !== undefined) return ["an intent is left after the alarm rang"];

  yield step({ do: "advance", seconds: 1_000 });
  // A connection that is well gives another token at once; what Microsoft took meanwhile is known then.
  if (isActive(world)) yield freshToken;
  if (!gaveToken(world)) {
    yield* signingIn(world);
    if (!isActive(world)) return [`the connection stays ${world.tables?.grant.status}`];
    yield freshToken;
    const [last] = world.operations;
    if (!gaveToken(world)) {
      return [`no token for a connection that is active: ${JSON.stringify(last?.end)}`];
    }
  }
  yield* world.watches.heals();
  for (let ring = 0; ring < 12 && isBehind(world); ring += 1) {
    yield step({ do: "alarm", wait: true });
  }
  for (let ring = 0; ring < 5 && isDue(world); ring += 1) yield step({ do: "alarm", wait: true });
  return isDue(world) ? ["something stays due, though the alarm rang for it"] : [];
}

const freshToken = step({
  do: "token",
  resource: "graph",
  isForeignTenant: false,
  stale: "current",
});

/** The last step was answered with a token. */
const gaveToken = ({ operations: [last] }: World): boolean =>
  last?.kind === "token" && last.end !== undefined && "value" in last.end && isOk(last.end.value);

/** What a person or a program does about a connection that is not well: ask again, at the worst sign in. */
async function* signingIn(world: World): AsyncGenerator<Step, void> {
  const { status } = world.tables?.grant ?? {};
  const isHeld = status === "active" || status === "degraded" || status === "action_required";
  if (!isHeld) {
    yield step({ do: "signIn", account: "ada@contoso.example" });
    return;
  }
  yield step({ do: "advance", seconds: 11 });
  yield step({ do: "refresh", resource: "graph" });
  if (isActive(world)) return;
  yield step({ do: "advance", seconds: 11 });
  yield step({ do: "refresh", resource: "arm" });
  if (!isActive(world)) yield step(signInAgain(world));
}

/** A guest signs in with the tenant named: at home it would be another account. */
function signInAgain(world: World): Command {
  const account = accountOf(world);
  const isGuest =
    account === "lin@fabrikam.example" && world.tables?.grant.homeTenant === CONTOSO_TENANT;
  return isGuest
    ? { do: "start", account, as: "contoso", upTo: "callback" }
    : { do: "signIn", account };
}

/** Somebody is still to be told. */
const isBehind = ({ rows }: World): boolean =>
  rows?.outbox.some((row) => row["due_at"] !== null) === true;

const isDue = ({ tables, now }: World): boolean => (tables?.due ?? Infinity) <= now;

const isActive = ({ tables }: World): boolean => tables?.grant.status === "active";

const accountOf = (world: World) => {
  switch (world.tables?.grant.upn) {
    case "grace@contoso.example":
      return "grace@contoso.example";
    case "lin@fabrikam.example":
      return "lin@fabrikam.example";
    case "pat@outlook.example":
      return "pat@outlook.example";
    default:
      return "ada@contoso.example";
  }
};

const isOk = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "ok" in value && value.ok === true;
