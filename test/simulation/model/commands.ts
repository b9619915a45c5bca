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
import { deployment, type Deployment } from "./deployment.ts";
import type { Answer } from "./microsoft.ts";
import { challengeNames, oddNames } from "./odd-answers.ts";
import { manners, receiverNames, type Manner, type ReceiverName } from "./receivers.ts";

/** What can be done to a connection, or happen to it: plain data, so that a schedule can be replayed. */
export type Command =
  /** A call through the connection; `hold` leaves Microsoft's answer to it outstanding. */
  | { do: "call"; service: Service; hold: boolean }
  | {
      do: "token";
      resource: TokenResource;
      isForeignTenant: boolean;
      stale: "no" | "current" | "old";
    }
  | { do: "refresh"; resource: "graph" | "arm" }
  /** A sign-in from start to callback. */
  | { do: "signIn"; account: Account }
  /** A sign-in that gets no farther than its start. */
  | { do: "begin"; account: Account; server: boolean }
  /** The callback of a sign-in that was begun, or the confirmation of one that waits for it. */
  | { do: "goOn"; which: number }
  /** An answer or a confirmation that came comes again, or one that is awaited comes to another browser. */
  | { do: "stray"; which: number; browser: "same" | "other" }
  | { do: "import"; account: Account }
  | { do: "disconnect" }
  /** At Microsoft: everything, or the access tokens of one resource. */
  | { do: "revoke"; what: "everything" | "graph" | "arm" }
  | { do: "advance"; seconds: number }
  /** The platform rings the alarm when it is due; `wait` lets the time pass until it is. */
  | { do: "alarm"; wait: boolean }
  /** Microsoft answers the token request that is out. */
  | { do: "answer" }
  /** Microsoft answers a call that is out. */
  | { do: "answerCall"; which: number }
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
  | ({ do: "deploy" } & Omit<Deployment, "receivers">)
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
export type StorageFault = (typeof storageFaults)[number];
export const storageFaults = [
  "event",
  "grant",
  "outbox",
  "access_token",
  "refresh_intent",
  "authorization",
  "cooldown",
] as const;
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

/** What the simulated platform can do besides. */
const simulatedCommands: WeightedArbitrary<Command>[] = [
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
  { weight: 1, arbitrary: record({ do: as("lose") }) },
  {
    weight: 2,
    arbitrary: record({ do: as("call"), service: constant("subscription"), hold: boolean() }),
  },
  {
    weight: 2,
    arbitrary: record({ do: as("stray"), which: nat(2), browser: constantFrom("same", "other") }),
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

/** Schedules of commands that overlap: what one starts, another may find still under way. */
export const schedule: Arbitrary<Schedule> = record({
  account: owner,
  watched: boolean(),
  receivers: oneof(
    { weight: 4, arbitrary: constant(false) },
    { weight: 1, arbitrary: constant(true) },
  ),
  order: oneof({ weight: 1, arbitrary: constant(0) }, { weight: 1, arbitrary: nat(1_000_000) }),
  steps: stepsOf([...commonCommands, ...simulatedCommands]),
});

/** Those that workerd can run as well. */
export const commonSchedule: Arbitrary<Schedule> = record({
  account: owner,
  watched: boolean(),
  receivers: constant(false),
  order: constant(0),
  steps: stepsOf(commonCommands),
});
