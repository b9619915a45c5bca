import type { ConnectionInfo } from "../contract/connection-info.ts";
import type { Outcome } from "../contract/connection-rpc.ts";
import type { OverdueEntry } from "../directory/entry.ts";
import type { Finding } from "../platform/log.ts";

/** Which connections the watchdog probes, and what their answers mean: pure, in milliseconds. */

const minute = 60_000;
const day = 24 * 60 * minute;

/**
 * An appointment missed by less is no sign of trouble: alarms run late, and a renewal that fails is
 * repeated after 15 minutes at the latest.
 */
export const grace = 20 * minute;
/** Connections probed in one run: those that wait longest. */
export const pageSize = 100;

/** @param answer of the connection's `info`; undefined when the call itself failed */
export function findingOf(
  entry: OverdueEntry,
  answer: Outcome<Pick<ConnectionInfo, "status">> | undefined,
): Finding {
  if (answer === undefined) return "unreachable";
  const pending = entry.status === "pending";
  if (answer.ok) {
    // A sign-in begun on a lost object is another grant than the row's, and never replaces it.
    return answer.value.status === "pending" && !pending ? "lost" : "answered";
  }
  if (answer.error.code !== "not_found") return "unreachable";
  return pending ? "abandoned" : "lost";
}

/**
 * How long a row waits until it is looked at again, unless its object writes it before: it must
 * not keep others from the head of the queue.
 */
export const postponements: Readonly<Record<Exclude<Finding, "abandoned">, number>> = {
  answered: day,
  lost: day,
  unreachable: 15 * minute,
};

export const findingLevels = {
  answered: "info",
  abandoned: "info",
  unreachable: "warn",
  lost: "error",
} as const satisfies Record<Finding, "info" | "warn" | "error">;
