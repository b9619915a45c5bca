import {
  array,
  boolean,
  constant,
  constantFrom,
  nat,
  oneof,
  record,
  type Arbitrary,
  type WeightedArbitrary,
} from "fast-check";
import { bodies, methods, type CallsCommand } from "./calls.ts";
import { deployment, type Deployment } from "./deployment.ts";
import type { Answer } from "./microsoft.ts";
import { oddInputs } from "./odd-input.ts";
import { challengeNames, oddNames } from "./odd-answers.ts";
import { callbackManners, stages, type PeopleCommand } from "./people.ts";
import { manners, receiverNames, type Manner, type ReceiverName } from "./receivers.ts";
import { socketStarts, type SocketsCommand } from "./sockets.ts";
import { linkKinds } from "./reconnect-links.ts";
import { startNames, type StartName } from "./starts.ts";
import { targetNames, type TargetName } from "./targets.ts";
import { askWatch, watchesCommands, type WatchesCommand } from "../watches/commands.ts";

/** What can be done to a connection, or happen to it: plain data, so that a schedule can be replayed. */
export type Command =
  | CallsCommand
  | PeopleCommand
  | SocketsCommand
  | WatchesCommand
  /** Tokens for more resources than a connection keeps them of. */
  | { do: "manyResources" }
  /** As many renewals as make the log of events longer than is kept. */
  | { do: "manyTokens" }
  /** A sibling sends what it must not. */
  | { do: "oddInput"; which: number }
  /** Somebody asks what the connection is, and for its events after one. */
  | { do: "read"; after: number }
  /** A call through the connection; `hold` leaves Microsoft's answer to it outstanding. */
  | { do: "call"; service: Service; hold: boolean }
  | {
      do: "token";
      resource: TokenResource;
      isForeignTenant: boolean;
      stale: "no" | "current" | "old";
    }
  | { do: "refresh"; resource: "graph" | "arm" }
  | { do: "import"; account: Account }
  | { do: "disconnect" }
  /** At Microsoft: everything, or the access tokens of one resource. */
  | { do: "revoke"; what: "everything" | "graph" | "arm" }
  | { do: "advance"; seconds: number }
  /** The platform rings the alarm when it is due; `wait` lets the time pass until it is. */
  | { do: "alarm"; wait: boolean }
  /** Microsoft answers the token request that is out. */
  | { do: "answer" }
  /** Microsoft answers a call that is out; `hold` leaves what is sent then outstanding. */
  | { do: "answerCall"; which: number; hold?: boolean }
  /** The object dies where it stands; `served` lets Microsoft do first what it was asked. */
  | { do: "crash"; served: boolean }
  /** The object dies at its next encryption or decryption of this, or after some turns. */
  | { do: "die"; at: CipherPoint | TurnPoint }
  /** The object is put to sleep, if nothing is under way. */
  | { do: "evict" }
  /** Until the next command, storage fails whenever this table is written. */
  | { do: "storageFails"; table: StorageFault }
  | { do: "watch" }
  /** From now on a receiver behaves so. */
  | { do: "receiver"; name: ReceiverName; manner: Manner }
  /** The object loses everything it ever stored. */
  | { do: "lose" }
  /** An operator takes the directory's backup back. */
  | { do: "restore" }
  /** The Worker is deployed with other secrets, which ends every life. */
  | ({ do: "deploy" } & Omit<Deployment, "measures" | "signers">)
  /** The clock of the machine is set back. */
  | { do: "setBack"; seconds: number };

/** `subscription` is what may live in another tenant. */
export type Service = "graph" | "arm" | "subscription";
export type TokenResource = "graph" | "arm" | "vault";
export type Account =
  | "ada@contoso.example"
  | "grace@contoso.example"
  | "lin@fabrikam.example"
  | "pat@outlook.example";
export interface CipherPoint {
  operation: "encrypt" | "decrypt";
  column: "access_token" | "refresh_token" | "candidate";
}

/** A moment in a life: the end of a turn, and what of that turn is out. */
export interface TurnPoint {
  turns: number;
  death: "lost" | "written" | "sent";
}
/** A table whose writes fail, as on a full disk. */
export type StorageFault = (typeof storageFaults)[number] | (typeof watchFaults)[number];
export const storageFaults = [
  "event",
  "grant",
  "outbox",
  "access_token",
  "refresh_intent",
  "authorization",
  "cooldown",
] as const;
/** The same, of what watches keep. */
const watchFaults = ["watch", "change"] as const;
/** Where storage can be made to fail in workerd. */
const commonFaults = ["event", "grant", "outbox"] as const;

/** One command, and how Microsoft behaves while it is carried out. */
export interface Step {
  command: Command;
  /** Token requests that go out now stay unanswered until an `answer`. */
  hold: boolean;
  /** To the first token request that is answered in this step; the others are served. */
  answer: Answer;
}

/** What is drawn of one connection's life. */
export interface Schedule {
  /** Whose connection it is to begin with; undefined for one that nobody has begun. */
  account: Account | undefined;
  /** Whether events go to webhooks and to a pipeline. */
  receivers: boolean;
  /** Whether a client watches from the start. */
  watched: boolean;
  /** Whether the deployment has a dataset for what is measured. */
  measures: boolean;
  /** Whether Microsoft gives out long-lived tokens that it ends early. */
  cae: boolean;
  /** Whether the first sign-in asks for vaults and storage too. */
  isWide: boolean;
  /** Chooses between what could happen next; 0: in the order of arrival. */
  order: number;
  steps: Step[];
}

const account = oneof(
  { weight: 6, arbitrary: constant<Account>("ada@contoso.example") },
  { weight: 2, arbitrary: constant<Account>("grace@contoso.example") },
  { weight: 1, arbitrary: constantFrom<Account[]>("lin@fabrikam.example", "pat@outlook.example") },
);

/** One code of each remedy and reach. */
const refusals = [
  50173, 70000, 50057, 50105, 50055, 65001, 50076, 53003, 90094, 500011, 7000222, 7000215, 90002,
  28000, 50196, 90033,
] as const;

const answer: Arbitrary<Answer> = oneof(
  { weight: 12, arbitrary: constant<Answer>({ as: "service" }) },
  { weight: 2, arbitrary: constant<Answer>({ as: "withoutRefreshToken" }) },
  { weight: 4, arbitrary: record({ as: constant("refusal"), aadsts: constantFrom(...refusals) }) },
  {
    weight: 3,
    arbitrary: record({
      as: constant("status"),
      status: constantFrom(500, 503, 504, 429),
      retryAfter: constantFrom(undefined, 1, 30, 1_200),
    }),
  },
  { weight: 1, arbitrary: constant<Answer>({ as: "reset" }) },
  { weight: 1, arbitrary: constant<Answer>({ as: "lost" }) },
  {
    weight: 2,
    arbitrary: record({ as: constant("odd"), name: constantFrom(...oddNames) }),
  },
  {
    weight: 1,
    arbitrary: record({ as: constant("odd"), name: constantFrom(...challengeNames) }),
  },
);

const as = <Name extends Command["do"]>(name: Name) => constant(name);

/** What both worlds can do. */
const commonCommands: WeightedArbitrary<Command>[] = [
  {
    weight: 6,
    arbitrary: record({
      do: as("call"),
      service: constantFrom("graph", "graph", "arm"),
      hold: boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: record({
      do: as("token"),
      resource: constantFrom<TokenResource[]>("graph", "graph", "arm", "arm", "vault"),
      isForeignTenant: oneof(
        { weight: 6, arbitrary: constant(false) },
        { weight: 1, arbitrary: constant(true) },
      ),
      stale: constantFrom("no", "no", "current", "old"),
    }),
  },
  { weight: 3, arbitrary: record({ do: as("refresh"), resource: constantFrom("graph", "arm") }) },
  { weight: 2, arbitrary: record({ do: as("signIn"), account }) },
  { weight: 2, arbitrary: record({ do: as("begin"), account, server: boolean() }) },
  { weight: 2, arbitrary: record({ do: as("goOn"), which: nat(2) }) },
  { weight: 1, arbitrary: record({ do: as("import"), account }) },
  { weight: 2, arbitrary: record({ do: as("disconnect") }) },
  {
    weight: 1,
    arbitrary: record({
      do: as("revoke"),
      what: constantFrom("everything", "graph", "arm"),
    }),
  },
  {
    weight: 5,
    arbitrary: record({
      do: as("advance"),
      seconds: constantFrom(1, 11, 31, 700, 1_000, 3_000, 3_700, 90_000, 15 * 86_400),
    }),
  },
  { weight: 5, arbitrary: record({ do: as("alarm"), wait: boolean() }) },
  { weight: 12, arbitrary: record({ do: as("answer") }) },
  { weight: 3, arbitrary: record({ do: as("answerCall"), which: nat(2) }) },
  { weight: 2, arbitrary: record({ do: as("crash"), served: boolean() }) },
  {
    weight: 1,
    arbitrary: record({
      do: as("die"),
      at: record({
        operation: constantFrom("encrypt", "decrypt"),
        column: constantFrom("access_token", "refresh_token", "candidate"),
      }),
    }),
  },
  { weight: 1, arbitrary: record({ do: as("evict") }) },
  {
    weight: 3,
    arbitrary: record({
      do: as("storageFails"),
      table: constantFrom(...commonFaults),
    }),
  },
  { weight: 1, arbitrary: record({ do: as("watch") }) },
];

const target: Arbitrary<TargetName> = oneof(
  { weight: 3, arbitrary: constantFrom<TargetName[]>("mailbox", "mailbox", "ownMailbox") },
  {
    weight: 2,
    arbitrary: constantFrom<TargetName[]>(
      "contosoSubscription",
      "fabrikamSubscription",
      "contosoVault",
      "fabrikamVault",
      "contosoBlob",
      "fabrikamBlob",
    ),
  },
  { weight: 3, arbitrary: constantFrom(...targetNames) },
);

/** What the simulated platform can do besides. */
const simulatedCommands: WeightedArbitrary<Command>[] = [
  {
    weight: 6,
    arbitrary: record({
      do: as("request"),
      target,
      method: oneof(
        { weight: 3, arbitrary: constant<"GET">("GET") },
        { weight: 2, arbitrary: constantFrom(...methods) },
      ),
      body: oneof(
        { weight: 4, arbitrary: constant<"none">("none") },
        { weight: 1, arbitrary: constantFrom(...bodies) },
      ),
      isOdd: boolean(),
      isRevoked: oneof(
        { weight: 4, arbitrary: constant(false) },
        { weight: 1, arbitrary: constant(true) },
      ),
      times: constantFrom(1, 1, 1, 2, 6),
      hold: boolean(),
    }),
  },
  { weight: 1, arbitrary: record({ do: as("leave"), which: nat(6) }) },
  {
    weight: 3,
    arbitrary: record({
      do: as("start"),
      account,
      as: oneof(
        {
          weight: 1,
          arbitrary: constantFrom<StartName[]>("server", "ownCallback", "vault", "storage"),
        },
        { weight: 1, arbitrary: constantFrom(...startNames) },
      ),
      upTo: constantFrom(...stages),
    }),
  },
  {
    weight: 2,
    arbitrary: record({
      do: as("reconnect"),
      account,
      link: constantFrom(...linkKinds),
      upTo: constantFrom(...stages),
    }),
  },
  {
    weight: 2,
    arbitrary: record({
      do: as("callback"),
      which: nat(2),
      manner: constantFrom(...callbackManners),
    }),
  },
  {
    weight: 2,
    arbitrary: record({
      do: as("confirm"),
      which: nat(2),
      manner: constantFrom("known", "known", "twice", "unknown"),
    }),
  },
  {
    weight: 4,
    arbitrary: record({
      do: as("die"),
      at: record({ turns: nat(30), death: constantFrom("lost", "written", "sent") }),
    }),
  },
  {
    weight: 2,
    arbitrary: record({ do: as("storageFails"), table: constantFrom(...storageFaults) }),
  },
  {
    weight: 2,
    arbitrary: record({
      do: as("receiver"),
      name: constantFrom(...receiverNames),
      manner: constantFrom(...manners),
    }),
  },
  {
    weight: 3,
    arbitrary: record({
      do: as("socket"),
      after: constantFrom(...socketStarts),
      expires: boolean(),
      ticket: constantFrom("none", "new", "used"),
    }),
  },
  { weight: 1, arbitrary: record({ do: as("closeSocket"), which: nat(3) }) },
  { weight: 1, arbitrary: record({ do: as("oddSocket") }) },
  { weight: 2, arbitrary: record({ do: as("oddInput"), which: nat(oddInputs.length - 1) }) },
  { weight: 1, arbitrary: record({ do: as("read"), after: constantFrom(0, 1, 7, 300) }) },
  { weight: 1, arbitrary: record({ do: as("lose") }) },
  {
    weight: 2,
    arbitrary: record({ do: as("call"), service: constant("subscription"), hold: boolean() }),
  },
  { weight: 2, arbitrary: record({ do: as("restore") }) },
  {
    weight: 2,
    arbitrary: deployment.map((to) => ({ do: "deploy" as const, ...to })),
  },
  {
    weight: 1,
    arbitrary: record({ do: as("setBack"), seconds: constantFrom(1, 40, 299) }),
  },
];

/** What costs more than all else in a schedule, and is in few of them. */
const costlyCommands: WeightedArbitrary<Command>[] = [
  { weight: 2, arbitrary: record({ do: as("manyStarts"), account, waiting: boolean() }) },
  { weight: 2, arbitrary: record({ do: as("crowd") }) },
  { weight: 2, arbitrary: record({ do: as("manyDrives") }) },
  { weight: 2, arbitrary: record({ do: as("manyResources") }) },
  { weight: 4, arbitrary: record({ do: as("manyTokens") }) },
  { weight: 4, arbitrary: record({ do: as("read"), after: constantFrom(0, 1) }) },
  {
    weight: 4,
    arbitrary: record({
      do: as("socket"),
      after: constant<"first">("first"),
      expires: boolean(),
      ticket: constant<"none">("none"),
    }),
  },
];

/** Of a connection that is lost and taken back, by one deployment after the other. */
const recoveringCommands: WeightedArbitrary<Command>[] = [
  { weight: 10, arbitrary: record({ do: as("lose") }) },
  { weight: 20, arbitrary: record({ do: as("restore") }) },
  {
    weight: 10,
    arbitrary: record({
      do: as("import"),
      account: constantFrom<Account[]>("pat@outlook.example", "ada@contoso.example"),
    }),
  },
  { weight: 10, arbitrary: deployment.map((to) => ({ do: "deploy" as const, ...to })) },
  { weight: 10, arbitrary: record({ do: as("alarm"), wait: boolean() }) },
];

/** Of guests, whose subscriptions and vaults live in two tenants. */
const guestCommands: WeightedArbitrary<Command>[] = [
  {
    weight: 120,
    arbitrary: record({
      do: as("request"),
      target: constantFrom<TargetName[]>(
        "contosoSubscription",
        "contosoSubscription",
        "fabrikamSubscription",
        "contosoVault",
      ),
      method: constantFrom("GET", "GET", "POST"),
      body: constantFrom("none", "none", "none", "large"),
      isOdd: constant(false),
      isRevoked: constantFrom(false, false, true),
      times: constantFrom(1, 1, 2),
      hold: boolean(),
    }),
  },
  {
    weight: 120,
    arbitrary: record({ do: as("answerCall"), which: nat(2), hold: boolean() }),
  },
];

/** Of calls that are out while the connection ends and somebody signs in anew. */
const replacingCommands: WeightedArbitrary<Command>[] = [
  {
    weight: 150,
    arbitrary: record({
      do: as("call"),
      service: constantFrom<Service[]>("graph", "arm"),
      hold: constant(true),
    }),
  },
  {
    weight: 100,
    arbitrary: record({ do: as("revoke"), what: constantFrom("everything", "graph", "arm") }),
  },
  { weight: 100, arbitrary: record({ do: as("disconnect") }) },
  { weight: 100, arbitrary: record({ do: as("signIn"), account }) },
  { weight: 150, arbitrary: record({ do: as("answerCall"), which: nat(2) }) },
];

/** Of callers that wait for their turn in a mailbox, and leave. */
const mailboxCommands: WeightedArbitrary<Command>[] = [
  {
    weight: 100,
    arbitrary: record({
      do: as("request"),
      target: constantFrom<TargetName[]>("mailbox", "ownMailbox"),
      method: constantFrom("GET", "POST"),
      body: constant<"none">("none"),
      isOdd: constant(false),
      isRevoked: constant(false),
      times: constant(6),
      hold: constant(true),
    }),
  },
  { weight: 60, arbitrary: record({ do: as("leave"), which: nat(6) }) },
  { weight: 60, arbitrary: record({ do: as("answerCall"), which: nat(2) }) },
];

/** Of sign-ins that are brought back, and confirmed, too late, or by somebody else. */
const signInCommands: WeightedArbitrary<Command>[] = [
  {
    weight: 100,
    arbitrary: record({
      do: as("start"),
      account,
      as: constantFrom<StartName[]>("plain", "server"),
      upTo: constantFrom("nothing", "callback", "callback"),
    }),
  },
  { weight: 80, arbitrary: record({ do: as("advance"), seconds: constantFrom(700, 1_000) }) },
  { weight: 60, arbitrary: record({ do: as("goOn"), which: nat(2) }) },
  {
    weight: 60,
    arbitrary: record({ do: as("confirm"), which: nat(2), manner: constant<"known">("known") }),
  },
  {
    weight: 60,
    arbitrary: record({
      do: as("callback"),
      which: nat(2),
      manner: constantFrom("elsewhere", "elsewhere", "elsewhere", ...callbackManners),
    }),
  },
];

/** Of receivers that are in trouble for days. */
const reportingCommands: WeightedArbitrary<Command>[] = [
  {
    weight: 20,
    arbitrary: record({
      do: as("receiver"),
      name: constantFrom(...receiverNames),
      manner: constantFrom<Manner[]>("takes", "fails", "ends", "hangs"),
    }),
  },
  { weight: 20, arbitrary: record({ do: as("alarm"), wait: constant(true) }) },
  {
    weight: 20,
    arbitrary: record({ do: as("advance"), seconds: constantFrom(90_000, 4 * 86_400) }),
  },
  { weight: 30, arbitrary: record({ do: as("refresh"), resource: constantFrom("graph", "arm") }) },
  {
    weight: 15,
    arbitrary: record({ do: as("storageFails"), table: constant<StorageFault>("outbox") }),
  },
  { weight: 5, arbitrary: deployment.map((to) => ({ do: "deploy" as const, ...to })) },
];

/** Of watches: days go by, and Graph does what it likes. */
const watchingCommands: WeightedArbitrary<Command>[] = [
  ...watchesCommands,
  { weight: 60, arbitrary: record({ do: as("alarm"), wait: boolean() }) },
  {
    weight: 30,
    arbitrary: record({ do: as("advance"), seconds: constantFrom(61, 3_700, 20_000, 4 * 86_400) }),
  },
  { weight: 30, arbitrary: record({ do: as("answerCall"), which: nat(2) }) },
  { weight: 4, arbitrary: record({ do: as("disconnect") }) },
  {
    weight: 15,
    arbitrary: record({
      do: as("die"),
      at: record({ turns: nat(30), death: constantFrom("lost", "written", "sent") }),
    }),
  },
  {
    weight: 6,
    arbitrary: record({ do: as("storageFails"), table: constantFrom(...watchFaults) }),
  },
];

const owner = oneof(
  { weight: 9, arbitrary: account },
  { weight: 1, arbitrary: constant(undefined) },
);

/** Most are short: they are found, and understood, soonest. */
const stepsOf = (commands: WeightedArbitrary<Command>[]): Arbitrary<Step[]> => {
  const step = record({ command: oneof(...commands), hold: boolean(), answer });
  const upTo = (maxLength: number) => array(step, { minLength: 1, maxLength, size: "max" });
  return oneof(
    { weight: 5, arbitrary: upTo(5) },
    { weight: 3, arbitrary: upTo(12) },
    { weight: 1, arbitrary: upTo(32) },
  );
};

const seldom = oneof(
  { weight: 4, arbitrary: constant(false) },
  { weight: 1, arbitrary: constant(true) },
);

/** @param drawn of what the schedule is, in the place of what most are */
const simulatedSteps = (
  more: WeightedArbitrary<Command>[],
  drawn: { account?: Arbitrary<Account>; receivers?: Arbitrary<boolean> } = {},
) =>
  record({
    account: drawn.account ?? owner,
    watched: boolean(),
    receivers: drawn.receivers ?? seldom,
    measures: seldom,
    cae: seldom,
    isWide: seldom,
    order: oneof({ weight: 1, arbitrary: constant(0) }, { weight: 1, arbitrary: nat(1_000_000) }),
    steps: stepsOf([...commonCommands, ...simulatedCommands, ...more]),
  });

/** Those of connections that watch something from the beginning. */
export const watchSchedule: Arbitrary<Schedule> = record({
  drawn: simulatedSteps(watchingCommands, { account }),
  first: record({ command: askWatch, hold: constant(false), answer }),
}).map(({ drawn, first }) => ({ ...drawn, steps: [first, ...drawn.steps] }));

/** Schedules of commands that overlap: what one starts, another may find still under way. */
export const schedule: Arbitrary<Schedule> = oneof(
  { weight: 15, arbitrary: simulatedSteps([]) },
  { weight: 1, arbitrary: simulatedSteps(costlyCommands) },
  { weight: 1, arbitrary: simulatedSteps(recoveringCommands) },
  { weight: 1, arbitrary: simulatedSteps(replacingCommands) },
  { weight: 1, arbitrary: simulatedSteps(mailboxCommands) },
  { weight: 2, arbitrary: simulatedSteps(signInCommands) },
  {
    weight: 1,
    arbitrary: simulatedSteps(guestCommands, { account: constant("lin@fabrikam.example") }),
  },
  { weight: 2, arbitrary: simulatedSteps(reportingCommands, { receivers: constant(true) }) },
  { weight: 2, arbitrary: watchSchedule },
);

/** Those that workerd can run as well. */
export const commonSchedule: Arbitrary<Schedule> = record({
  account: owner,
  watched: boolean(),
  receivers: constant(false),
  measures: constant(false),
  cae: constant(false),
  isWide: constant(false),
  order: constant(0),
  steps: stepsOf(commonCommands),
});
