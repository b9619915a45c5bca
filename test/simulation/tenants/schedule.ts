import {
  array,
  boolean,
  constant,
  constantFrom,
  nat,
  oneof,
  record,
  type Arbitrary,
} from "fast-check";
import {
  storageFaults,
  type CipherPoint,
  type StorageFault,
  type TurnPoint,
} from "../model/commands.ts";
import type { Answer } from "../model/microsoft.ts";

/** What can be done to a tenant's connection, or happen to it and its tenant. */
export type TenantCommand =
  /** The deployer says that the tenant may be connected. */
  | { do: "connect" }
  /** An administrator of the tenant proves it, for a user of the host. */
  | { do: "propose" }
  /** The host confirms, for that user or for another. */
  | { do: "confirm"; user: "own" | "other" }
  | { do: "disconnect" }
  | { do: "call"; service: TenantService; hold: boolean }
  | { do: "token"; resource: TenantService; isForeign: boolean }
  | { do: "refresh"; resource: TenantService }
  /** In the tenant: the application is let in, with its roles after a while, or taken out. */
  | { do: "consent"; rolesAfter: number }
  | { do: "withdraw" }
  | { do: "advance"; seconds: number }
  | { do: "alarm"; wait: boolean }
  | { do: "answer" }
  | { do: "answerCall" }
  | { do: "crash" }
  | { do: "die"; at: CipherPoint | TurnPoint }
  | { do: "evict" }
  | { do: "storageFails"; table: StorageFault }
  | { do: "lose" }
  | { do: "restore" };

export type TenantService = "graph" | "arm";

export interface TenantStep {
  command: TenantCommand;
  /** Token requests that go out now stay unanswered until an `answer`. */
  hold: boolean;
  /** To the first token request that is answered in this step. */
  answer: Answer;
}

export interface TenantSchedule {
  /** Whether the tenant has let the application in before. */
  consented: boolean;
  /** Chooses between what could happen next; 0: in the order of arrival. */
  order: number;
  steps: TenantStep[];
}

/** One code of each outcome that the application's own token can have. */
const refusals = [
  700016, 7000229, 7000112, 53003, 50059, 90002, 7000215, 50076, 65001, 500011, 90033,
] as const;

const answer: Arbitrary<Answer> = oneof(
  { weight: 14, arbitrary: constant<Answer>({ as: "service" }) },
  { weight: 4, arbitrary: record({ as: constant("refusal"), aadsts: constantFrom(...refusals) }) },
  {
    weight: 2,
    arbitrary: record({
      as: constant("status"),
      status: constantFrom(500, 503, 429),
      retryAfter: constantFrom(undefined, 1, 1_200),
    }),
  },
  { weight: 1, arbitrary: constant<Answer>({ as: "reset" }) },
  { weight: 1, arbitrary: constant<Answer>({ as: "lost" }) },
);

const as = <Name extends TenantCommand["do"]>(name: Name) => constant(name);
const service = constantFrom<TenantService[]>("graph", "graph", "arm");

const command: Arbitrary<TenantCommand> = oneof(
  { weight: 3, arbitrary: record({ do: as("connect") }) },
  { weight: 2, arbitrary: record({ do: as("propose") }) },
  {
    weight: 3,
    arbitrary: record({ do: as("confirm"), user: constantFrom("own", "own", "other") }),
  },
  { weight: 1, arbitrary: record({ do: as("disconnect") }) },
  { weight: 8, arbitrary: record({ do: as("call"), service, hold: boolean() }) },
  {
    weight: 4,
    arbitrary: record({
      do: as("token"),
      resource: service,
      isForeign: constantFrom(false, false, true),
    }),
  },
  { weight: 4, arbitrary: record({ do: as("refresh"), resource: service }) },
  {
    weight: 2,
    arbitrary: record({ do: as("consent"), rolesAfter: constantFrom(0, 60, 600, 9_000) }),
  },
  { weight: 1, arbitrary: record({ do: as("withdraw") }) },
  {
    weight: 5,
    arbitrary: record({
      do: as("advance"),
      seconds: constantFrom(1, 11, 31, 700, 3_000, 3_700, 90_000, 15 * 86_400),
    }),
  },
  { weight: 5, arbitrary: record({ do: as("alarm"), wait: boolean() }) },
  { weight: 8, arbitrary: record({ do: as("answer") }) },
  { weight: 3, arbitrary: record({ do: as("answerCall") }) },
  { weight: 1, arbitrary: record({ do: as("crash") }) },
  {
    weight: 3,
    arbitrary: record({
      do: as("die"),
      at: record({ turns: nat(30), death: constantFrom("lost", "written", "sent") }),
    }),
  },
  { weight: 1, arbitrary: record({ do: as("evict") }) },
  {
    weight: 2,
    arbitrary: record({ do: as("storageFails"), table: constantFrom(...storageFaults) }),
  },
  { weight: 1, arbitrary: record({ do: as("lose") }) },
  { weight: 2, arbitrary: record({ do: as("restore") }) },
);

export const tenantSchedule: Arbitrary<TenantSchedule> = record({
  consented: constantFrom(true, true, false),
  order: oneof(constant(0), nat(1_000_000)),
  steps: array(record({ command, hold: constantFrom(false, false, true), answer }), {
    minLength: 1,
    maxLength: 30,
  }),
});
