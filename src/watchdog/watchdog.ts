import { defined } from "../contract/defined.ts";
import { missingBinding } from "../platform/bindings.ts";
import type { ConnectionInfo } from "../contract/connection-info.ts";
import type { Outcome } from "../contract/connection-rpc.ts";
import { connectionStub } from "../connection/stub.ts";
import { configOf } from "../config/config.ts";
import { connectionHash } from "../platform/connection-hash.ts";
import { faultWithin } from "../platform/deadline.ts";
import type { Environment, EventPipeline } from "../platform/env.ts";
import { AzureError, errorName } from "../contract/errors.ts";
import { log, logMisconfigured, type Finding } from "../platform/log.ts";
import { directoryOf, type Directory } from "../directory/directory.ts";
import type { OverdueEntry } from "../directory/entry.ts";
import { warnOfCertificates } from "./certificates.ts";
import { findingLevels, findingOf, grace, pageSize, postponements } from "./watchdog-policy.ts";

/** Milliseconds that a connection may take to answer. */
const probeDeadline = 10_000;
/** Milliseconds for the events about the findings. */
const sendDeadline = 15_000;
/** Connections probed at a time. */
const concurrency = 6;

interface Found {
  entry: OverdueEntry;
  finding: Finding;
  overdueSeconds: number;
}

/**
 * Probes the connections whose next contact is overdue: any touch repairs an
 * alarm that was lost. One page per run, those first that wait longest. Then warns of certificates that
 * end. Never throws.
 */
export async function runWatchdog(env: Environment, now: number): Promise<void> {
  const directory = directoryOf(env);
  if (directory === undefined) return logMisconfigured(new AzureError(missingBinding("DB")));
  const config = configOf(env);
  if (!config.ok) {
    // No object can work, and each would be found: the fault is one, and it is ours.
    const { code, details } = config.error;
    return log({
      level: "error",
      event: "watchdog",
      code,
      ...defined({ variable: details?.variable }),
    });
  }
  try {
    const overdue = await directory.overdue({ before: now - grace, limit: pageSize });
    const found = await probeAll(env, overdue, now);
    found.forEach(report);
    await settle(directory, found, now);
    await publish(env.EVENTS, found, now);
    log({ level: "info", event: "watchdog", ...countsOf(found) });
    await warnOfCertificates(config.value, directory, now);
  } catch (error) {
    logMisconfigured(error);
    log({ level: "error", event: "watchdog", code: "run_failed", error_name: errorName(error) });
  }
}

/** Probes a few at a time; each that is done makes room for the next. */
async function probeAll(
  env: Environment,
  entries: readonly OverdueEntry[],
  now: number,
): Promise<Found[]> {
  const found: Found[] = [];
  const waiting = entries.values();
  const lane = async (): Promise<void> => {
    for (const entry of waiting) {
      const finding = findingOf(entry, await probe(env, entry.connection_id));
      const overdueSeconds = Math.floor((now - Date.parse(entry.next_contact_at)) / 1_000);
      found.push({ entry, finding, overdueSeconds });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return found;
}

/** What the connection says of itself, or undefined when it does not answer. */
async function probe(
  env: Environment,
  connectionId: string,
): Promise<Outcome<ConnectionInfo> | undefined> {
  // A namespace that cannot be used says nothing of the connection: it ends the run.
  const connection = await connectionStub(env, connectionId);
  let answer: Outcome<ConnectionInfo> | undefined;
  const ask = async (): Promise<void> => {
    answer = await connection.info();
  };
  await faultWithin(probeDeadline, ask());
  return answer;
}

const report = ({ entry, finding, overdueSeconds }: Found): void =>
  log({
    level: findingLevels[finding],
    event: "watchdog",
    connection: connectionHash(entry.connection_id),
    finding,
    overdue_seconds: overdueSeconds,
  });

/** Takes every row from the head of the queue. A connection that wrote its row meanwhile wins. */
async function settle(directory: Directory, found: readonly Found[], now: number): Promise<void> {
  const postponed = found.flatMap(({ entry: { connection_id: connectionId, version }, finding }) =>
    finding === "abandoned" ? [] : [{ connectionId, version, until: now + postponements[finding] }],
  );
  await directory.postpone(postponed);
  for (const { entry, finding } of found) {
    if (finding === "abandoned") {
      await directory.removePending(entry.connection_id, entry.version);
    }
  }
}

async function publish(
  pipeline: EventPipeline | undefined,
  found: readonly Found[],
  now: number,
): Promise<void> {
  if (pipeline === undefined || found.length === 0) return;
  const time = new Date(now).toISOString();
  const records = found.map(({ entry, finding, overdueSeconds }) => ({
    type: "watchdog.finding",
    time,
    connection: entry.connection_id,
    data: { finding, overdue_seconds: overdueSeconds },
  }));
  const fault = await faultWithin(sendDeadline, pipeline.send(records));
  if (fault !== undefined) {
    log({ level: "warn", event: "watchdog", code: "events_not_sent", error_name: fault });
  }
}

function countsOf(found: readonly Found[]): Record<Finding, number> {
  const counts = { answered: 0, lost: 0, abandoned: 0, unreachable: 0 };
  for (const { finding } of found) counts[finding] += 1;
  return counts;
}
