import type { Mutation } from "./mutation.ts";

/** Faults of the outbox: the directory, webhooks and the pipeline. */
export const deliveryMutations: readonly Mutation[] = [
  {
    name: "the row of the outbox is deleted though its connection changed under the delivery",
    file: "connection/delivery/sink-delivery.ts",
    find: "    if (state.grant().version !== entry.version) return;\n",
    replace: "",
  },
  {
    name: "the version of the directory's row does not grow within a millisecond",
    file: "connection/policy/directory-policy.ts",
    find: "Math.max(now, version + 1, known + 1);",
    replace: "Math.max(now, version, known);",
  },
  {
    name: "the directory is not told again after a failed write",
    file: "connection/delivery/sink-delivery.ts",
    find: 'if (delivery.outcome === "delivered") state.outbox.remove(row.sink);',
    replace: 'if (delivery.outcome !== "gone") state.outbox.remove(row.sink);',
  },
  {
    name: "the directory is not told of a change of status",
    file: "connection/connection-state.ts",
    find: `          ofStatus !== undefined ||
          after.status !== grant.status ||
          needsDirectoryWrite(`,
    replace: `          (grantBefore === undefined && ofStatus === undefined) ||
          (after.status !== grant.status && grant.status === after.status) ||
          false && needsDirectoryWrite(`,
  },
  {
    name: "a receiver is moved on before it took an event",
    file: "connection/delivery/sink-delivery.ts",
    find: "    const delivery = await send();",
    replace: "    state.outbox.advance(row.sink, lastSeq);\n    const delivery = await send();",
  },
  {
    name: "a receiver counts as up to date after each event",
    file: "connection/delivery/sink-delivery.ts",
    find: "const isUpToDate = followed.isUpToDate(lastSeq);",
    replace: "const isUpToDate = true;",
  },
  {
    name: "receivers get the newest event first",
    file: "connection/tables/events.ts",
    find: "         ORDER BY seq LIMIT ?`,",
    replace: "         ORDER BY seq DESC LIMIT ?`,",
  },
  {
    name: "a receiver that was up to date misses the first event",
    file: "connection/delivery/enqueue.ts",
    find: "outbox.put(name, now, firstSeq - 1);",
    replace: "outbox.put(name, now, firstSeq);",
  },
  {
    name: "a receiver is begun with at every event anew",
    file: "connection/delivery/enqueue.ts",
    find: "if (row === undefined) {\n    outbox.put",
    replace: "if (row === undefined || row.paused === null) {\n    outbox.put",
  },
];
