import { setTimeout } from "node:timers/promises";
import { infoIn } from "../support/connection-caller.ts";
import { standingOf } from "../support/ledger.ts";
import type { Resident } from "./resident.ts";
import type { Tally } from "./tally.ts";

/** Milliseconds between two changes of a restless connection. */
const pause = 1_000;

/** Signs a connection in when it has to be; a restless one is also disconnected now and then. */
export async function keepChanging(
  resident: Resident,
  tally: Tally,
  ended: () => boolean,
): Promise<void> {
  const { ledger, random, restless } = resident;
  while (!ended()) {
    const connected = ledger.standing === "connected";
    if (restless && connected && random.chance(0.5)) await disconnect(resident, tally);
    else if (restless || resident.needsSignIn) await signIn(resident, tally);
    await setTimeout(random.between(pause / 2, pause * 2));
  }
}

async function disconnect(resident: Resident, tally: Tally): Promise<void> {
  const { caller, ledger } = resident;
  ledger.asks("disconnected");
  const answer = await caller.disconnect();
  tally.count("DELETE connection", answer?.status === 200 ? "ok" : String(answer?.status));
  if (answer?.status !== 200) return ledger.fault(`disconnect answered ${answer?.status}`);
  ledger.done();
  await compare(resident);
}

/** A sign-in fails where Microsoft does; then it is tried again. */
export async function signIn(resident: Resident, tally: Tally): Promise<boolean> {
  const { caller, ledger, random } = resident;
  const finish = await caller.begin(random.pick(["user", "server"]));
  ledger.asks("connected");
  let end = await finish?.();
  if (end?.outcome === "waiting") {
    const answer = await caller.confirm(end.flow);
    if (answer?.status !== 200) ledger.fault(`a confirmation answered ${answer?.status}`);
    else end = { outcome: "connected" };
  }
  const connected = end?.outcome === "connected";
  tally.count("sign-in", connected ? "ok" : String(end?.outcome));
  if (connected) {
    ledger.done();
    resident.needsSignIn = false;
    await compare(resident);
  } else ledger.refused();
  return connected;
}

/** What was just answered as done is so: nobody else changes it. */
async function compare({ caller, ledger }: Resident): Promise<void> {
  const answer = await caller.info();
  const info = answer?.status === 200 ? infoIn(answer) : undefined;
  const standing = standingOf(info);
  if (standing !== ledger.standing) ledger.fault(`is ${standing}, but was ${ledger.standing}`);
}
