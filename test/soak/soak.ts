import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { users } from "../sandbox/people.ts";
import { startSandboxServer } from "../sandbox/server.ts";
import { freePorts } from "../support/launcher.ts";
import { followLive } from "../support/live-follower.ts";
import { residentBytes } from "../support/memory.ts";
import { damageIn, objectFiles } from "../support/object-files.ts";
import { seeded } from "../support/random.ts";
import { control } from "../support/sandbox-control.ts";
import { startWebhookReceiver } from "../support/webhook-receiver.ts";
import { sandboxVariables } from "../support/worker.ts";
import { planWorker } from "../support/worker-plan.ts";
import { startWorkerProcess } from "../support/worker-process.ts";
import { checkTables, comeToRest } from "./aftermath.ts";
import { callOnce } from "./calls.ts";
import { keepChanging, signIn } from "./changes.ts";
import { faultIn } from "./console.ts";
import { faultyMicrosoft } from "./faulty-microsoft.ts";
import { growthOf } from "./growth.ts";
import { openHeap } from "./heap.ts";
import { createResident, type Resident } from "./resident.ts";
import { Tally } from "./tally.ts";

const population = 50;
/** Of them, those that are signed in and disconnected all the time. */
const restlessOnes = 10;
/** Calls that are under way at any time. */
const crowd = 32;
const faultRate = 0.05;
/** Seconds. */
const tokenLifetime = 20;
/** Milliseconds. */
const sampleInterval = 2_000;
export interface SoakOptions {
  minutes: number;
  seed: string;
  progress: (line: string) => void;
}

export interface SoakReport {
  calls: Record<string, Record<string, number>>;
  numbers: Record<string, number>;
  faults: string[];
}

/** Full load on a Worker whose Microsoft and whose webhook fail now and then. */
export async function runSoak({ minutes, seed, progress }: SoakOptions): Promise<SoakReport> {
  const random = seeded(seed);
  const tally = new Tally();
  for (const event of ["unhandledRejection", "uncaughtException"] as const) {
    process.on(event, (error: unknown) => tally.fault(`${event}: ${String(error)}`));
  }
  const folder = await mkdtemp(join(tmpdir(), "azure-soak-"));
  const microsoft = faultyMicrosoft(random.fork("microsoft"));
  const sandbox = await startSandboxServer({
    port: 0,
    httpsPort: 0,
    intercept: microsoft.intercept,
  });
  await control(sandbox, "settings", { access_token_lifetime_s: tokenLifetime });
  const ports = await freePorts();
  const residents = new Map<string, Resident>();
  const reception = random.fork("receiver");
  let receiverFails = faultRate;
  let deliveries = 0;
  const receiver = await startWebhookReceiver({
    received: (event) => {
      deliveries += 1;
      residents.get(event.connection)?.ledger.events.saw(event);
    },
    take: () => ({
      status: reception.chance(receiverFails) ? reception.pick([500, 503, 429]) : 204,
      delay: reception.between(0, 20),
    }),
  });
  const planned = await planWorker({
    folder,
    port: ports.worker,
    inspectorPort: ports.sandbox,
    variables: { ...sandboxVariables(sandbox), WEBHOOKS: receiver.variable },
  });
  const worker = await startWorkerProcess(planned, (line) => {
    const fault = faultIn(line);
    if (fault !== undefined) tally.fault(fault);
  });
  const samples: number[] = [];
  let peak = 0;
  const heap = await openHeap(ports.sandbox);
  const runtimes = worker
    .members()
    .flatMap(({ pid, command }) => (/workerd serve/.test(command) ? [pid] : []));

  try {
    const [first, ...others] = users.map(({ upn }) => upn);
    if (first === undefined) throw new Error("the sandbox has no people");
    for (let index = 0; index < population; index += 1) {
      const userId = `resident-${index}`;
      const own = random.fork(userId);
      const resident = createResident({
        url: () => planned.url,
        userId,
        account: own.pick([first, ...others]),
        restless: index < restlessOnes,
        random: own,
      });
      residents.set(resident.caller.id, resident);
      if (!(await signIn(resident, tally))) throw new Error(`${userId} cannot sign in`);
    }

    microsoft.fail(faultRate);
    const start = Date.now();
    const end = start + minutes * 60_000;
    const ended = () => Date.now() > end;
    const all = [...residents.values()];
    const warm = start + (end - start) / 5;
    const sampler = setInterval(() => {
      peak = Math.max(peak, residentBytes(runtimes));
      if (Date.now() > warm) heap.used().then((bytes) => samples.push(bytes), tally.failed);
    }, sampleInterval);
    const reporter = setInterval(() => {
      const bytes = residentBytes(runtimes);
      progress(
        `${tally.calls} calls, ${microsoft.faults} faults, ${Math.round(bytes / 2 ** 20)} MiB`,
      );
    }, 30_000);
    await Promise.all([
      ...all.map((resident) => keepChanging(resident, tally, ended)),
      ...all.map((resident) => keepFollowing(resident, ended)),
      ...Array.from({ length: crowd }, async (_, index) => {
        const chosen = random.fork(`caller ${index}`);
        while (!ended()) {
          const resident = all[chosen.between(0, all.length - 1)];
          if (resident !== undefined) await callOnce(resident, tally);
        }
      }),
    ]);
    clearInterval(sampler);
    clearInterval(reporter);
    const seconds = (Date.now() - start) / 1_000;

    microsoft.fail(0);
    receiverFails = 0;
    const ids = [...residents.keys()];
    await comeToRest(all, { persist: planned.persist, receiver, tally });
    for (const fault of receiver.faults) tally.fault(fault);

    heap.close();
    await worker.kill();
    const files = objectFiles(planned.persist, ids);
    for (const file of files) checkTables(file, tally);
    for (const damage of damageIn(planned.persist)) tally.fault(damage);
    const memory = growthOf(samples);
    if (memory.grows) tally.fault(`the heap grows from ${memory.early} to ${memory.late} bytes`);
    const most = (of: (file: (typeof files)[number]) => number) => Math.max(...files.map(of));
    return {
      calls: tally.table(),
      numbers: {
        seconds: Math.round(seconds),
        calls: tally.calls,
        "calls per second": Math.round(tally.calls / seconds),
        "requests to Microsoft": microsoft.requests,
        "faults at Microsoft": microsoft.faults,
        events: all.reduce((sum, { ledger }) => sum + ledger.events.last, 0),
        "webhook deliveries": deliveries,
        "events kept, most": most(({ events }) => events.count),
        "access tokens, most": most(({ accessTokens }) => accessTokens),
        "open sign-ins, most": most(({ authorizations }) => authorizations),
        "bytes of an object, most": most(({ size }) => size),
        "bytes of the heap, early": memory.early,
        "bytes of the heap, late": memory.late,
        "bytes of workerd, most": peak,
      },
      faults: tally.faults(),
    };
  } finally {
    await worker.kill();
    await Promise.all([sandbox.close(), receiver.close()]);
    await rm(folder, { recursive: true, force: true });
  }
}

/** A live socket for each, opened again whenever it ends. */
async function keepFollowing({ caller, ledger }: Resident, ended: () => boolean): Promise<void> {
  while (!ended()) {
    const { events } = ledger;
    const live = followLive(caller, events.last, {
      snapshot: (seq) => events.sawSeq(seq),
      event: (event) => events.saw(event),
    });
    const deadline = Date.now() + 10_000;
    while (live.open && Date.now() < deadline && !ended()) await setTimeout(100);
    live.close();
    await setTimeout(100);
  }
}
