import type { Row, Rows } from "../model/tables.ts";
import type { TenantWorld } from "./tenant-world.ts";

/** What holds of a tenant's connection after each step, by its tables. */
export function tenantFaults({ rows, now }: Pick<TenantWorld, "rows" | "now">): string[] {
  const grant = rows?.grant;
  if (rows === undefined || grant === undefined) return [];
  const { status, proof, refresh_token: refreshToken, kind } = grant;
  const connected = status !== "pending" && status !== "disconnected";
  return [
    ...(kind === "tenant" ? [] : [`the grant is of a ${String(kind)}`]),
    ...(refreshToken === null ? [] : ["a refresh token is kept"]),
    ...(connected === (proof !== null)
      ? []
      : [`${String(status)} with the proof ${String(proof)}`]),
    ...(connected || rows.tokens.length === 0 ? [] : ["tokens are kept of what is not connected"]),
    ...(connected || grant["roles"] === "[]" ? [] : ["roles are kept of what is not connected"]),
    ...gapsIn(rows),
    ...wakesIn(rows, grant, now),
    ...latchesIn(rows, grant),
  ];
}

function gapsIn({ events }: Rows): string[] {
  const numbers = events.map(({ seq }) => Number(seq));
  return numbers.every((seq, index) => index === 0 || seq === (numbers[index - 1] ?? 0) + 1)
    ? []
    : ["the log has a gap"];
}

const isUsed = (row: Row): boolean => row["first_used_at"] !== null && row["remedy"] === null;
const isRetried = (row: Row): boolean => row["retry_at"] !== null;

/** An idle connection never wakes: without a token in use, an attempt to repeat or a flow there is no work. */
function wakesIn({ tokens, intent, outbox, due }: Rows, grant: Row, now: number): string[] {
  const works =
    tokens.some((row) => isUsed(row) || isRetried(row)) ||
    intent !== undefined ||
    outbox.length > 0 ||
    grant["status"] === "pending";
  // A flow of a tenant that is connected ends within ten minutes.
  const isFlow = due !== null && due <= now + 600_000;
  return works || isFlow || due === null ? [] : [`an idle connection is due at ${due}`];
}

/** Graph was asked for at the beginning: a latch on it is the connection's, and no other is. */
function latchesIn({ tokens }: Rows, grant: Row): string[] {
  const { status, remedy, proof } = grant;
  if (proof === null) return [];
  const action = (latch: unknown) =>
    typeof latch === "string" ? (JSON.parse(latch) as { action: string }).action : undefined;
  const ofGraph = tokens.find((row) => row["resource"] === "graph")?.["remedy"];
  const asked = action(remedy) ?? action(ofGraph);
  const isLatched = asked !== undefined && asked !== "fix_app";
  const forUsers = new Set(["sign_in", "step_up", "consent"]);
  return [
    ...((status === "action_required") === isLatched
      ? []
      : [`${String(status)} though the latch asks for ${asked}`]),
    ...(tokens.some((row) => forUsers.has(action(row["remedy"]) ?? ""))
      ? ["a latch asks a user"]
      : []),
  ];
}
