import { beforeEach, describe, expect, test } from "vitest";
import { MailboxLanes } from "../../../../src/connection/calls/mailbox-lane.ts";
import { ManualTimer } from "../../../support/manual-timer.ts";

const mailbox = "graph:mailbox:me";
const patient = new AbortController().signal;

let lanes: MailboxLanes;
let clock: ManualTimer;
beforeEach(() => {
  lanes = new MailboxLanes();
  clock = new ManualTimer();
});

/** A caller in the lane: `admitted` or `refused` once it is decided, before that nothing. */
function caller(signal: AbortSignal = patient, box = mailbox) {
  const self: { state: "admitted" | "refused" | undefined; leave: () => void } = {
    state: undefined,
    leave: () => {},
  };
  const enter = async () => {
    const leave = await lanes.enter(box, { signal, timer: clock.timer });
    self.state = leave === undefined ? "refused" : "admitted";
    self.leave = leave ?? self.leave;
  };
  void enter();
  return self;
}

/** Lets promises that are decided be told. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
const states = (callers: readonly { state: unknown }[]) => callers.map(({ state }) => state);

/** Four calls that are under way. */
async function four() {
  const callers = Array.from({ length: 4 }, () => caller());
  await settle();
  return callers;
}

describe("the lane of a mailbox", () => {
  test("lets four in, and the next in the order they came", async () => {
    const [first, second] = await four();
    const waiting = [caller(), caller(), caller()];
    await settle();
    expect(states(waiting)).toEqual([undefined, undefined, undefined]);
    first?.leave();
    second?.leave();
    await settle();
    expect(states(waiting)).toEqual(["admitted", "admitted", undefined]);
  });

  test("turns away who has waited for ten seconds, and no sooner", async () => {
    await four();
    const early = caller();
    clock.elapse(6_000);
    const late = caller();
    clock.elapse(3_999);
    await settle();
    expect(states([early, late])).toEqual([undefined, undefined]);
    clock.elapse(1);
    await settle();
    expect(states([early, late])).toEqual(["refused", undefined]);
    expect(clock.waiting).toBe(1);
  });

  test("gives no place to who was turned away or went away while waiting", async () => {
    const [first, second] = await four();
    const gone = new AbortController();
    const leaver = caller(gone.signal);
    const impatient = caller();
    clock.elapse(10_000);
    const next = caller();
    gone.abort();
    first?.leave();
    await settle();
    expect(states([leaver, impatient, next])).toEqual(["refused", "refused", "admitted"]);
    // The other place is free for a newcomer, so none was lost.
    second?.leave();
    const newcomer = caller();
    await settle();
    expect(newcomer.state).toBe("admitted");
  });

  test("turns away at once who had gone before it came", async () => {
    const signal = AbortSignal.abort();
    const gone = caller(signal);
    await settle();
    expect(gone.state).toBe("refused");
    expect(states(await four())).toEqual(Array.from({ length: 4 }, () => "admitted"));
  });

  test("keeps the place of who goes away in the moment it is let in, until it leaves", async () => {
    const [first] = await four();
    const gone = new AbortController();
    const waiter = caller(gone.signal);
    const next = caller();
    first?.leave();
    gone.abort();
    await settle();
    expect(states([waiter, next])).toEqual(["admitted", undefined]);
    waiter.leave();
    await settle();
    expect(next.state).toBe("admitted");
  });

  test("frees a place once, however often its holder leaves", async () => {
    const [first] = await four();
    first?.leave();
    first?.leave();
    const waiting = [caller(), caller()];
    await settle();
    expect(states(waiting)).toEqual(["admitted", undefined]);
  });

  test("is of one mailbox: others are not waited for", async () => {
    await four();
    const other = caller(patient, "graph:mailbox:grace@contoso.example");
    const same = caller();
    await settle();
    expect(states([other, same])).toEqual(["admitted", undefined]);
  });

  test("leaves no timer behind", async () => {
    const [first] = await four();
    caller();
    await settle();
    expect(clock.waiting).toBe(1);
    first?.leave();
    await settle();
    expect(clock.waiting).toBe(0);
  });
});
