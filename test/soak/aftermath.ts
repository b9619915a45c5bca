import { settle } from "../kills/settling.ts";
import { eventsIn, infoIn } from "../support/connection-caller.ts";
import type { ObjectFile } from "../support/object-files.ts";
import type { WebhookReceiver } from "../support/webhook-receiver.ts";
import { signIn } from "./changes.ts";
import type { Resident } from "./resident.ts";
import type { Tally } from "./tally.ts";

/** Milliseconds in which all comes to rest once nothing fails any more: as long as a delivery may wait. */
const patience = 180_000;
/**
 * What a connection may hold at rest: the events that readers see and one delivery, its tokens, and bytes:
 * the bench's connection stays below 128 KiB, one with as many failures as here has longer events.
 */
const limits = { events: 201, accessTokens: 3, bytes: 160 * 1024 };

export interface Aftermath {
  persist: string;
  receiver: WebhookReceiver;
  tally: Tally;
}

/** Waits, when nothing fails any more, until nothing is left to do, and compares what was told with what is. */
export async function comeToRest(
  residents: readonly Resident[],
  { persist, receiver, tally }: Aftermath,
): Promise<void> {
  const ids = residents.map(({ caller }) => caller.id);
  const late = await settle(persist, ids, { restartedAt: Date.now(), patience });
  for (const [id, reason] of late) tally.fault(`${id} does not come to rest: ${reason}`);
  for (const resident of residents) await closing(resident, tally);
  await settle(persist, ids, { restartedAt: Date.now(), patience: 10_000 });
  for (const { caller, ledger } of residents) {
    const { last } = ledger.events;
    const heard = receiver.heard(caller.id);
    if (heard < last) ledger.fault(`was heard up to event ${heard} of ${last}`);
    for (const fault of ledger.faults) tally.fault(`${caller.id} ${fault}`);
  }
}

/** What a connection keeps is bounded, however long it was used. */
export function checkTables(file: ObjectFile, tally: Tally): void {
  const { connection, events, accessTokens, outbox, size } = file;
  if (events.count > limits.events) tally.fault(`${connection} keeps ${events.count} events`);
  if (accessTokens > limits.accessTokens) tally.fault(`${connection} has ${accessTokens} tokens`);
  if (outbox > 0) tally.fault(`${connection} has ${outbox} deliveries left`);
  if (size > limits.bytes) tally.fault(`${connection} takes ${size} bytes`);
}

/** Now that nothing fails, every connection answers for itself. */
async function closing(resident: Resident, tally: Tally): Promise<void> {
  const { caller, ledger } = resident;
  const answer = await caller.info();
  if (answer?.status !== 200) return ledger.fault(`answers ${answer?.status} in the end`);
  const { status } = infoIn(answer);
  if (status === "action_required" || status === "disconnected") {
    if (!(await signIn(resident, tally))) ledger.fault("cannot sign in in the end");
  }
  const me = await caller.gateway("/graph/v1.0/me");
  if (me?.status !== 200) ledger.fault(`cannot call in the end: ${me?.status}`);
  const promised = ledger.events.last;
  const events = await caller.events(0);
  if (events?.status === 200) ledger.events.sawLog(eventsIn(events), promised);
  else ledger.fault(`tells no events in the end: ${events?.status}`);
}
