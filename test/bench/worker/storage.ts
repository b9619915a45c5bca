import { connected, expectOk, type Stub } from "../../integration/support/connections.ts";
import { sandbox } from "../../integration/support/sandbox.ts";
import { advance, moveTo } from "./clock.ts";
import { callGraphAndArm } from "./calls.ts";
import { openLedger, readLedger, type RowsWritten } from "./ledger.ts";
import { nextAlarm, ring, sizeOf } from "./measured-actor.ts";

/** The log keeps this many events. */
const logCapacity = 200;
const refreshes = 24;
/** `refresh` makes one POST in ten seconds. */
const betweenForced = 11;

export interface StorageUse {
  /** Bytes. */
  size: number;
  refreshes: RowsWritten[];
  /** The first use of a token, which is written down because renewal depends on it. */
  firstUse: RowsWritten;
}

/** The storage of a connection that holds two resources and has a full log behind it. */
export async function storage(): Promise<StorageUse> {
  const { id, stub } = await connected();
  await callGraphAndArm(stub);
  await fillLog(stub);
  await callGraphAndArm(stub);
  const seen: RowsWritten[] = [];
  let firstUse: RowsWritten = { total: 0, by: {} };
  while (seen.length < refreshes) {
    openLedger();
    await callGraphAndArm(stub);
    firstUse = readLedger();
    seen.push(...(await renewBoth(id, stub)));
  }
  return { size: await sizeOf(id), refreshes: seen, firstUse };
}

/** Sign-ins lost and won again: the events that carry most. */
async function fillLog(stub: Stub): Promise<void> {
  while (expectOk(await stub.events({ limit: logCapacity })).events.length < logCapacity) {
    await sandbox.fault({ match: { url: "/oauth2/v2.0/token" }, times: 1, aadsts: 50173 });
    await advance(betweenForced);
    await stub.refresh();
    await advance(betweenForced);
    expectOk(await stub.refresh());
  }
}

/** Lets the alarm renew the tokens that are in use: one ring and one refresh each. */
async function renewBoth(id: string, stub: Stub): Promise<RowsWritten[]> {
  const renewals: RowsWritten[] = [];
  while (renewals.length < 2) {
    const due = await nextAlarm(id);
    if (due === null) throw new Error("nothing is due");
    await moveTo(due);
    const before = await generation(stub);
    openLedger();
    await ring(id);
    const written = readLedger();
    const minted = (await generation(stub)) - before;
    if (minted > 1) throw new Error("two refreshes in one ring");
    if (minted === 1) renewals.push(written);
  }
  return renewals;
}

const generation = async (stub: Stub): Promise<number> =>
  Math.max(...expectOk(await stub.info()).resources.map((resource) => resource.generation));
