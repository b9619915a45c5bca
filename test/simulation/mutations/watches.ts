import type { Mutation } from "./mutation.ts";

/** Of watches, by schedules of those. */
export const watchMutations: readonly Mutation[] = [
  {
    of: "watches",
    name: "no gap is told where a subscription is gone",
    file: "connection/policy/watch-policy.ts",
    find: '{ state: "pending", work: "create", gap, forget: true }',
    replace: '{ state: "pending", work: "create", forget: true }',
  },
  {
    of: "watches",
    name: "a new subscription keeps the secret of the old one",
    file: "connection/watches/watch-transitions.ts",
    find: "incarnation: row.incarnation + 1,",
    replace: "incarnation: row.incarnation,",
  },
  {
    of: "watches",
    name: "a gap begins with the last change that came",
    file: "connection/policy/watch-gap.ts",
    find: "Math.min(now, lastAlive(reason, facts)) - deliveryWindow",
    replace: "Math.min(now, lastAlive(reason, facts))",
  },
  {
    of: "watches",
    name: "that Graph missed to deliver is not heeded",
    file: "connection/watches/notifications.ts",
    find: '  missed: "missed",\n',
    replace: "",
  },
  {
    of: "watches",
    name: "that Graph removed a subscription is not heeded",
    file: "connection/watches/notifications.ts",
    find: "    const step = transitions.apply(id, input);\n",
    replace: '    const step = input === "missed" ? transitions.apply(id, input) : undefined;\n',
  },
  {
    of: "watches",
    name: "the end of another subscription is taken for that of the present one",
    file: "connection/watches/notifications.ts",
    find: "return input === undefined || isOthers ?",
    replace: "return input === undefined ?",
  },
  {
    of: "watches",
    name: "clientState is not checked",
    file: "connection/watches/notifications.ts",
    find: "if (isOwn) own.push(part);",
    replace: "own.push(part);",
  },
  {
    of: "watches",
    name: "a change that comes again is told again",
    file: "connection/tables/changes.ts",
    find: "if (this.#isKnown(change, change.etag === null ? floor : 0)) continue;",
    replace: "",
  },
  {
    of: "watches",
    name: "a change is known by its item alone",
    file: "connection/tables/changes.ts",
    find: "WHERE watch = ? AND item = ? AND type = ? AND etag IS ? AND seq > ? LIMIT 1`",
    replace:
      "WHERE watch = ? AND item = ? AND type = ? AND (etag IS ? OR TRUE) AND seq > ? LIMIT 1`",
  },
  {
    of: "watches",
    name: "a subscription whose creation was not heard of is not found again",
    file: "connection/watches/watch-subscriptions.ts",
    find: ".filter(isWanted)",
    replace: ".filter((one) => isWanted(one) && row.state === 'active')",
  },
  {
    of: "watches",
    name: "a renewal that failed is not tried again",
    file: "connection/watches/watch-failures.ts",
    find: "columns: { ...this.later(row, reason), ...columns },",
    replace: "columns: { ...this.later(row, reason), ...columns, renew_at: null },",
  },
  {
    of: "watches",
    name: "a subscription with an address of an old secret is renewed",
    file: "connection/watches/watch-subscriptions.ts",
    find: "if (row.signed_by !== signerOf(sessionSecret)) {",
    replace: "if (row.signed_by === null) {",
  },
  {
    of: "watches",
    name: "renewals are never due",
    file: "connection/policy/watch-due.ts",
    find: "return [...renewal(row), ...check(row), ...catchUp(row, tryAt)];",
    replace: "return [...check(row), ...catchUp(row, tryAt)];",
  },
  {
    of: "watches",
    name: "the alarm is not set again after a request about a watch",
    file: "connection/watches/keeper.ts",
    find: "      this.#leases.delete(id);\n      rearm();\n",
    replace: "      this.#leases.delete(id);\n",
  },
  {
    of: "watches",
    name: "the alarm is not set for a watch that is asked for",
    file: "connection/watches/keeper.ts",
    find: `?.work;
    rearm();
    if (step === "create")`,
    replace: `?.work;
    if (step === "create")`,
  },
  {
    of: "watches",
    name: "a disconnect leaves its subscriptions to Graph",
    file: "connection/actor.ts",
    find: "if (watches.hasSubscriptions) await watches.release();",
    replace: "",
  },
  {
    of: "watches",
    name: "a watch that is given up leaves its subscription to Graph",
    file: "connection/watches/keeper.ts",
    find: "if (subscription !== null) await this.#remove([subscription]);",
    replace: "",
  },
  {
    of: "watches",
    name: "watches are kept on disconnect",
    file: "connection/connection-state.ts",
    find: "        this.watches.clear();\n",
    replace: "",
  },
  {
    of: "watches",
    name: "the first reading of a delta tells nothing",
    file: "connection/watches/catch-up.ts",
    find: "if (missed.length > 0) intake.keep(missed);",
    replace: "if (row.gap_since !== null) intake.keep(missed);",
  },
  {
    of: "watches",
    name: "what was created and changed in a gap is told to those alone who ask for the first",
    file: "connection/policy/missed-kind.ts",
    find: "return isNew ? created : ask(updated);",
    replace: 'return moment("createdDateTime") >= since ? ask(created) : ask(updated);',
  },
];
