import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import * as z from "zod";
import { defined } from "../../src/contract/defined.ts";
import { CLIENT_ID, CONTOSO_TENANT, FABRIKAM_TENANT } from "../sandbox/constants.ts";
import { approvalOf } from "../support/sign-in.ts";
import { users } from "../sandbox/people.ts";
import { portProblem } from "../sandbox/loopback.ts";
import { startSandboxServer, type Intercept } from "../sandbox/server.ts";
import { freePorts } from "../support/launcher.ts";
import { damageIn, grantsFiles, objectFiles, type ObjectFile } from "../support/object-files.ts";
import { seeded, type Random } from "../support/random.ts";
import { control } from "../support/sandbox-control.ts";
import { sandboxVariables } from "../support/worker.ts";
import { startWebhookReceiver } from "../support/webhook-receiver.ts";
import { planWorker } from "../support/worker-plan.ts";
import { startWorkerProcess, type WorkerProcess } from "../support/worker-process.ts";
import { AgentCaller } from "./agent-caller.ts";
import { Agent } from "./agent.ts";
import { aimOf, Fuse, type Occasion } from "./fuse.ts";
import { inspect } from "./inspection.ts";
import { load } from "./load.ts";
import { settle, unswept } from "./settling.ts";
import { notedNotifications } from "./noted-notifications.ts";
import { createSubject, type Subject } from "./subject.ts";
import { WatchedInbox } from "./watched-inbox.ts";

/** Connections there are at most, and those under load at once. */
const population = 60;
const crowd = 8;
/** Seconds. */
const tokenLifetime = 4;
/** Seconds after which Graph first comes again. */
const notificationRetry = 0.1;
/** Milliseconds until what the alarm does not finish gets a first call; and then, until it is stuck. */
const byAlarm = 2_000;
const byFirstCall = 10_000;

export interface CampaignOptions {
  kills: number;
  seed: string;
  /** Told of each kill. */
  progress?: (line: string) => void;
}

/** What kills found half done, and what they broke. */
export interface CampaignReport {
  kills: number;
  connections: number;
  /** Found in the dead process's files, over all kills. */
  intents: number;
  deliveries: number;
  events: number;
  /** Of watches, that the Worker answered as kept. */
  changes: number;
  /** Times that an agent got tokens. */
  given: number;
  /** Calls of agents that a person has agreed to. */
  approvals: number;
  /** Milliseconds from the restart until everything was at rest, the worst of all. */
  slowest: number;
  /** Connections that needed a first call to come to rest. */
  called: number;
  /** What should have held and did not, with the connection it befell. */
  faults: string[];
}

/** Kills a Worker under load again and again, over the same storage. */
export async function runCampaign({
  kills,
  seed,
  progress = () => {},
}: CampaignOptions): Promise<CampaignReport> {
  const random = seeded(seed);
  const subjects: Subject[] = [];
  const ids = () => subjects.map(({ caller }) => caller.id);
  const folder = await mkdtemp(join(tmpdir(), "azure-kills-"));
  let fuse: Fuse | undefined;
  const sandbox = await startSandboxServer({
    port: 0,
    httpsPort: 0,
    intercept: slowMicrosoft(random.fork("microsoft"), {
      arrived: (occasion) => fuse?.note(occasion),
      wrote: (subject) => agentOf(subjects, subject)?.approvals.wrote(subject),
    }),
    outbound: notedNotifications({
      sent: () => fuse?.note("notification"),
      acknowledged: ({ connection, ...change }) =>
        subjects
          .find(({ caller }) => caller.id === connection)
          ?.inbox?.changes.acknowledged(change),
    }),
  });
  await control(sandbox, "settings", {
    access_token_lifetime_s: tokenLifetime,
    notification_retry_s: notificationRetry,
  });
  await Promise.all(tenants.map((tenant) => consent(sandbox.url, tenant)));
  const { worker: port } = await freePorts();
  const reception = random.fork("receiver");
  const receiver = await startWebhookReceiver({
    received: (event) => {
      fuse?.note("delivery");
      subjects.find(({ caller }) => caller.id === event.connection)?.ledger.events.saw(event);
    },
    take: () => ({ status: 204, delay: reception.between(0, 30) }),
  });
  const variables = {
    ...sandboxVariables(sandbox),
    AZURE_PUBLIC_ORIGIN: `http://localhost:${port}`,
    WEBHOOKS: receiver.variable,
    // Its page is never opened: this test says itself who is signed in there.
    MCP_SIGN_IN_URL: "https://app.example/agents",
  };
  const planned = await planWorker({ folder, port, variables });
  const { persist, url } = planned;

  let touched: Subject[] = [];
  /** Faults that were told as they were found: a campaign may be ended before its report. */
  const said = new Set<string>();
  const report: CampaignReport = {
    kills: 0,
    connections: 0,
    intents: 0,
    deliveries: 0,
    events: 0,
    changes: 0,
    given: 0,
    approvals: 0,
    slowest: 0,
    called: 0,
    faults: [],
  };
  let worker: WorkerProcess | undefined;
  const restart = async (): Promise<WorkerProcess> => {
    worker = await startWorkerProcess(planned);
    const restartedAt = Date.now();
    const waiting = await settle(persist, ids(), { restartedAt, patience: byAlarm });
    report.called += waiting.size;
    const due = subjects.filter(({ caller: { id } }) => waiting.has(id));
    await Promise.all([...new Set([...touched, ...due])].map(inspect));
    if (waiting.size > 0) {
      const stuck = await settle(persist, ids(), { restartedAt, patience: byFirstCall });
      for (const [id, reason] of stuck) report.faults.push(`${id} is stuck: ${reason}`);
    }
    report.slowest = Math.max(report.slowest, Date.now() - restartedAt);
    for (const fault of subjects.flatMap(faultsOf)) {
      if (!said.has(fault)) progress(fault);
      said.add(fault);
    }
    return worker;
  };

  try {
    for (let kill = 0; kill < kills; kill += 1) {
      const running = await restart();
      const chance = random.fork(`kill ${kill}`);
      touched = chosen(subjects, chance, {
        worker: url,
        sandbox: sandbox.url,
        sent: () => fuse?.note("grant"),
      });
      const aim = aimOf(chance);
      const killed = new Promise<void>((resolve, reject) => {
        fuse = new Fuse(aim, () => running.kill().then(resolve, reject));
      });
      const burning = fuse;
      if (burning === undefined) break;
      await Promise.all([
        killed,
        ...touched.map((subject) => load(subject, burning, chance.fork(subject.caller.id))),
      ]);
      fuse = undefined;
      report.kills += 1;
      count(report, objectFiles(persist, ids()));
      progress(`${kill + 1}: ${aim.occasion} +${aim.passes} +${aim.delay} ms`);
    }
    touched = subjects;
    const last = await restart();
    const stuck = await settle(persist, ids(), { restartedAt: Date.now(), patience: byFirstCall });
    for (const [id, reason] of stuck) report.faults.push(`${id} is stuck: ${reason}`);
    await Promise.all(
      subjects.map(async ({ inbox, ledger }) => {
        for (const fault of (await inbox?.settle()) ?? []) ledger.fault(fault);
        for (const fault of inbox?.faults ?? []) ledger.fault(fault);
        report.changes += inbox?.changes.owed ?? 0;
      }),
    );
    await last.kill();
    const held = objectFiles(persist, ids()).length;
    if (held !== subjects.length)
      report.faults.push(`${held} of ${subjects.length} have an object`);
    report.connections = subjects.length;
    report.faults.push(...receiver.faults);
    for (const subject of subjects) {
      const { caller, ledger, agent } = subject;
      report.given += agent?.given ?? 0;
      report.approvals += agent?.approvals.used ?? 0;
      const { last } = ledger.events;
      const heard = receiver.heard(caller.id);
      if (heard < last) ledger.fault(`was heard up to event ${heard} of ${last}`);
      report.events += last;
      report.faults.push(...faultsOf(subject));
    }
    report.faults.push(
      ...grantsFiles(persist).flatMap((file) => unswept(file) ?? []),
      ...damageIn(persist),
    );
    const problem = await portProblem(port);
    if (problem !== undefined) report.faults.push(`the Worker's port ${problem}`);
    return report;
  } finally {
    await worker?.kill();
    await Promise.all([sandbox.close(), receiver.close()]);
    await rm(folder, { recursive: true, force: true });
  }
}

const messageSchema = z.object({ subject: z.string() });

const tenants = [
  { id: CONTOSO_TENANT, administrator: "ada@contoso.example" },
  { id: FABRIKAM_TENANT, administrator: "ida@fabrikam.example" },
];

/** The tenant's administrator lets the application in, with its roles. */
async function consent(
  sandbox: string,
  { id, administrator }: (typeof tenants)[number],
): Promise<void> {
  const page = new URL(`${sandbox}/${id}/v2.0/adminconsent`);
  page.searchParams.set("client_id", CLIENT_ID);
  page.searchParams.set("redirect_uri", "http://localhost:8787/callback/admin");
  page.searchParams.set("scope", "https://graph.microsoft.com/.default");
  const answer = await fetch(approvalOf(page, administrator), { redirect: "manual" });
  if (!answer.headers.get("location")?.includes("admin_consent=True")) {
    throw new Error(`no consent: ${answer.status}`);
  }
}

const faultsOf = ({ caller, ledger, agent }: Subject): string[] =>
  [...ledger.faults, ...(agent?.faults ?? [])].map((fault) => `${caller.id} ${fault}`);

/** Whose agent writes a message of this subject. */
const agentOf = (subjects: readonly Subject[], subject: string): Agent | undefined =>
  subjects.find(({ caller }) => subject.startsWith(`${caller.userId}/`))?.agent;

/** Some who were there before, some who never were. */
function chosen(
  subjects: Subject[],
  random: Random,
  { worker, sandbox, sent }: { worker: string; sandbox: string; sent: () => void },
): Subject[] {
  const before = [...subjects];
  const few: Subject[] = [];
  while (few.length < crowd) {
    const [known] =
      subjects.length >= population || (few.length < crowd / 2 && before.length > 0)
        ? before.splice(random.between(0, before.length - 1), 1)
        : [];
    const [account, ...others] = users.map(({ upn }) => upn);
    if (account === undefined) throw new Error("the sandbox has no people");
    const [url, userId] = [() => worker, `person-${subjects.length}`];
    const subject =
      known ??
      createSubject({
        url,
        userId,
        account: random.pick([account, ...others]),
        // Agents write mail.
        scopes: ["Mail.ReadWrite"],
        // The first are tenants: there are not more of them.
        ...defined({ tenantId: tenants[subjects.length]?.id }),
      });
    if (known === undefined) {
      const { caller } = subject;
      // Two of three users have an agent.
      if (!caller.isTenant && subjects.length % 3 > 0) {
        subject.agent = new Agent(new AgentCaller({ url, userId, sent }));
      }
      // Every other user watches, and every fourth reads what was missed.
      if (!caller.isTenant && subjects.length % 2 === 0) {
        const catchUp = subjects.length % 4 === 0;
        subject.inbox = new WatchedInbox({ caller, url: sandbox, catchUp });
      }
      subjects.push(subject);
    }
    few.push(subject);
  }
  return few;
}

/** What the dead process has left in its files. */
function count(report: CampaignReport, files: readonly ObjectFile[]): void {
  for (const { intent, outbox } of files) {
    if (intent !== null) report.intents += 1;
    report.deliveries += outbox;
  }
}

interface SlowMicrosoftEvents {
  arrived: (occasion: Occasion) => void;
  /** A message of this subject was written. */
  wrote: (subject: string) => void;
}

/** Microsoft takes its time before and after the work, so that a kill finds requests at every stage. */
function slowMicrosoft(random: Random, { arrived, wrote }: SlowMicrosoftEvents): Intercept {
  return async (request, serve) => {
    const occasion = occasionOf(request);
    if (occasion === undefined) return serve(request);
    const text = await request.clone().text();
    const [before, after] = [random.between(0, 80), random.between(0, 80)];
    arrived(occasion);
    await setTimeout(before);
    const answer = await serve(request);
    if (occasion === "approval" && answer.status === 201)
      wrote(messageSchema.parse(JSON.parse(text)).subject);
    await setTimeout(after);
    return answer;
  };
}

function occasionOf({ url, method }: Request): Occasion | undefined {
  if (url.includes("/oauth2/v2.0/token")) return "token-request";
  if (/\/graph\/v1.0\/subscriptions/.test(url)) return "subscription";
  return method === "POST" && url.endsWith("/graph/v1.0/me/messages") ? "approval" : undefined;
}
