import type { Command, Schedule, Step } from "./model/commands.ts";
import type { Answer } from "./model/microsoft.ts";

const step = (command: Command, answer: Answer = { as: "service" }, hold = false): Step => ({
  command,
  answer,
  hold,
});

const nobodys = {
  receivers: false,
  watched: true,
  measures: false,
  cae: false,
  isWide: false,
  order: 0,
} as const;
const adas = { account: "ada@contoso.example", ...nobodys } as const;

/** Of a subscription in Contoso's tenant. */
const guestCall = (more: { hold?: boolean; isRevoked?: boolean }) =>
  ({
    do: "request",
    target: "contosoSubscription",
    method: "GET",
    body: "none",
    isOdd: false,
    isRevoked: false,
    times: 1,
    hold: false,
    ...more,
  }) as const;

const watched = (asked: { kinds: number; catchUp: boolean }) =>
  step({ do: "askWatch", folder: "inbox", ...asked });

/** The schedules that found a fault, as short as they could be made. Every campaign begins with them. */
export const found: Readonly<Record<string, Schedule>> = {
  "a sign-in does not wait for a key that another life began to import": {
    ...adas,
    steps: [
      step({ do: "advance", seconds: 1_296_000 }),
      step({ do: "disconnect" }),
      step({ do: "die", at: { turns: 4, death: "lost" } }),
      step({ do: "alarm", wait: false }, { as: "status", status: 500 }),
      step({ do: "import", account: "ada@contoso.example" }),
    ],
  },
  "receivers are told of a cool-down when it begins": {
    ...adas,
    receivers: true,
    steps: [
      step({ do: "call", service: "graph", hold: true }),
      step({ do: "alarm", wait: false }),
      step({ do: "answerCall", which: 0 }, { as: "status", status: 429, retryAfter: 7 }),
    ],
  },
  "a call that waits for its token is not sent into a cool-down": {
    ...adas,
    order: 120_620,
    steps: [
      step(
        {
          do: "request",
          target: "contosoSubscription",
          method: "GET",
          body: "small",
          isOdd: false,
          isRevoked: false,
          times: 6,
          hold: false,
        },
        { as: "refusal", aadsts: 50173 },
      ),
      step({ do: "alarm", wait: false }),
    ],
  },
  "sockets of a connection that is deleted are closed": {
    account: undefined,
    ...nobodys,
    steps: [
      step({ do: "begin", account: "grace@contoso.example", server: false }),
      step({ do: "socket", after: "now", expires: false, ticket: "none" }),
      step({ do: "advance", seconds: 700 }),
      step({ do: "alarm", wait: true }),
      step({ do: "alarm", wait: true }),
      step({ do: "begin", account: "grace@contoso.example", server: false }),
    ],
  },
  "claims that a resource asks for at the sign-in wait for the next one": {
    ...adas,
    account: undefined,
    steps: [
      step({ do: "signIn", account: "ada@contoso.example" }, { as: "service" }, true),
      step({ do: "answer" }, { as: "service" }, true),
      step({ do: "answer" }, { as: "refusal", aadsts: 50_076 }),
    ],
  },
  "a disconnect that could not be written ends no call": {
    ...adas,
    steps: [
      step({ do: "advance", seconds: 1_296_000 }),
      step({ do: "call", service: "graph", hold: false }, { as: "service" }, true),
      step({ do: "storageFails", table: "event" }),
      step({ do: "disconnect" }),
      step({ do: "answer" }),
    ],
  },
  "a disconnect that could not be written ends no cool-down": {
    ...adas,
    steps: [
      step({ do: "call", service: "graph", hold: true }),
      step({ do: "answerCall", which: 0 }, { as: "status", status: 429, retryAfter: 30 }),
      step({ do: "storageFails", table: "event" }),
      step({ do: "disconnect" }),
      step({ do: "call", service: "graph", hold: false }),
    ],
  },
  "claims go with the latch that is evicted to make room": {
    ...adas,
    cae: true,
    steps: [
      step({ do: "manyResources" }, { as: "service" }, true),
      step({ do: "answer" }, { as: "refusal", aadsts: 53003 }, true),
      step({ do: "advance", seconds: 1_000 }, { as: "refusal", aadsts: 50173 }, true),
    ],
  },
  "a call that asks for a new sign-in leaves the intent of a token request that is out": {
    ...nobodys,
    account: "lin@fabrikam.example",
    cae: true,
    steps: [
      step(guestCall({ hold: true })),
      step({ do: "answerCall", which: 0, hold: true }),
      step(
        { ...guestCall({}), target: "mailbox" },
        { as: "odd", name: "401 and no challenge" },
        true,
      ),
      step(guestCall({ isRevoked: true }), { as: "refusal", aadsts: 50173 }),
      step({ do: "answerCall", which: 0 }),
    ],
  },
  "a call of an account that is gone begins no cool-down": {
    ...adas,
    steps: [
      step({ do: "call", service: "arm", hold: true }),
      step({ do: "disconnect" }),
      step({ do: "answerCall", which: 0 }, { as: "status", status: 429, retryAfter: 30 }),
    ],
  },
  "an item that was created and changed in a gap is told to those who ask for changes alone": {
    ...adas,
    steps: [
      watched({ kinds: 2, catchUp: true }),
      step({ do: "forgetSubscription", which: 0 }),
      step({ do: "change", folder: "inbox", kind: "created", which: 0, times: 1 }),
      step({ do: "change", folder: "inbox", kind: "updated", which: 0, times: 1 }),
    ],
  },
  "a gap before a subscription is made anew begins when Graph was last known to keep it": {
    ...adas,
    steps: [
      watched({ kinds: 1, catchUp: false }),
      step({ do: "forgetSubscription", which: 0 }),
      step({ do: "change", folder: "inbox", kind: "created", which: 0, times: 1 }),
      step({ do: "advance", seconds: 345_600 }),
      step({ do: "rotate" }),
    ],
  },
  "what is lost before the first reading of a delta is in that reading": {
    ...adas,
    steps: [
      watched({ kinds: 0, catchUp: true }),
      step({ do: "advance", seconds: 345_600 }),
      step({ do: "change", folder: "inbox", kind: "created", which: 0, times: 1 }),
      step({ do: "deliver", manner: "lost", which: 0 }),
    ],
  },
  "that Graph removed a subscription nobody heard of ends no other": {
    ...adas,
    steps: [
      watched({ kinds: 1, catchUp: false }),
      step({ do: "graph", manner: "loses", times: 0 }),
      watched({ kinds: 0, catchUp: false }),
      step({ do: "lifecycle", word: "subscriptionRemoved", which: 3 }),
    ],
  },
  "a watch that lacks a permission is tried again though its subscription is gone": {
    ...adas,
    steps: [
      watched({ kinds: 0, catchUp: false }),
      step({ do: "advance", seconds: 3_000 }),
      step({ do: "graph", manner: "forbids", times: 0 }),
      step({ do: "lifecycle", word: "reauthorizationRequired", which: 0 }),
      step({ do: "deliver", manner: "all", which: 0 }),
      step({ do: "alarm", wait: false }),
      step({ do: "rotate" }),
    ],
  },
  "a subscription that was renewed unheard is deleted when its watch takes another": {
    ...adas,
    steps: [
      watched({ kinds: 0, catchUp: false }),
      step({ do: "graph", manner: "loses", times: 0 }),
      step({ do: "advance", seconds: 345_600 }),
      step({ do: "alarm", wait: false }),
      step({ do: "advance", seconds: 345_600 }),
    ],
  },
};
