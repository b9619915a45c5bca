import { boolean, constant, constantFrom, nat, oneof, record, type Arbitrary } from "fast-check";
import {
  folderNames,
  graphManners,
  lifecycleWords,
  type FolderName,
  type GraphManner,
  type LifecycleWord,
} from "./graph.ts";
import type { ItemChange } from "./mailbox.ts";

export const kindChoices = [
  ["created"],
  ["created", "updated"],
  ["updated"],
  ["created", "updated", "deleted"],
] as const;

export const deliveries = [
  "all",
  "backwards",
  "twice",
  "together",
  "one",
  "lost",
  "forged",
  "forgedWord",
] as const;
/** How Graph posts what waits, what becomes of it on its way, and what others post. */
export type Delivery = (typeof deliveries)[number];

/** Named apart from `watch`: a client that watches. */
export type WatchesCommand =
  | { do: "askWatch"; folder: FolderName; kinds: number; catchUp: boolean }
  | { do: "giveUpWatch"; which: number }
  /** In the mailbox. */
  | { do: "change"; folder: FolderName; kind: ItemChange["kind"]; which: number; times: number }
  | { do: "deliver"; manner: Delivery; which: number }
  | { do: "lifecycle"; word: LifecycleWord; which: number }
  /** Graph no longer has a subscription, and says nothing. */
  | { do: "forgetSubscription"; which: number }
  /** Graph no longer knows where readers of deltas are. */
  | { do: "forgetReaders" }
  /** From now on Graph takes requests so: as many, or all where `times` is 0. */
  | { do: "graph"; manner: GraphManner; times: number }
  /** Somebody reads the changes. */
  | { do: "readChanges" }
  /** The Worker is deployed with a newer secret before the one that signed so far. */
  | { do: "rotate" };

const as = <Name extends WatchesCommand["do"]>(name: Name) => constant(name);
const folder = constantFrom<FolderName[]>("inbox", "inbox", ...folderNames);

export const askWatch: Arbitrary<WatchesCommand> = record({
  do: as("askWatch"),
  folder,
  kinds: nat(kindChoices.length - 1),
  catchUp: boolean(),
});

/** With their weights, of a schedule that is about watches. */
export const watchesCommands: { weight: number; arbitrary: Arbitrary<WatchesCommand> }[] = [
  { weight: 40, arbitrary: askWatch },
  { weight: 10, arbitrary: record({ do: as("giveUpWatch"), which: nat(3) }) },
  {
    weight: 80,
    arbitrary: record({
      do: as("change"),
      folder,
      kind: constantFrom("created", "created", "updated", "updated", "deleted"),
      which: nat(3),
      times: constantFrom(1, 1, 2),
    }),
  },
  {
    weight: 80,
    arbitrary: record({
      do: as("deliver"),
      manner: oneof(
        { weight: 1, arbitrary: constant<Delivery>("all") },
        { weight: 2, arbitrary: constantFrom(...deliveries) },
      ),
      which: nat(3),
    }),
  },
  {
    weight: 20,
    arbitrary: record({
      do: as("lifecycle"),
      word: constantFrom(...lifecycleWords),
      which: nat(3),
    }),
  },
  { weight: 12, arbitrary: record({ do: as("forgetSubscription"), which: nat(3) }) },
  { weight: 6, arbitrary: record({ do: as("forgetReaders") }) },
  {
    weight: 40,
    arbitrary: record({
      do: as("graph"),
      manner: constantFrom(...graphManners),
      times: constantFrom(0, 1, 1, 2),
    }),
  },
  { weight: 8, arbitrary: record({ do: as("readChanges") }) },
  { weight: 4, arbitrary: record({ do: as("rotate") }) },
];
