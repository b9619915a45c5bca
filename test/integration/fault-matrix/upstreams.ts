import * as z from "zod";
import { ArmClient } from "../../../src/arm/index.ts";
import { AzureError } from "../../../src/contract/errors.ts";
import { GraphClient } from "../../../src/graph/index.ts";
import { orThrow } from "../../../src/contract/or-throw.ts";
import { upstreamFailure } from "../../../src/http/upstream-error.ts";
import type { RetryOptions } from "../../../src/http/transport.ts";
import type { UpstreamName } from "../../sandbox/chaos/upstreams.ts";
import { CONTOSO_SUBSCRIPTION } from "../../sandbox/constants.ts";
import { signIn, type Stub } from "../support/connections.ts";

export interface Caller {
  stub: Stub;
  graph: GraphClient;
  arm: ArmClient;
  /** Unique among the cells. */
  name: string;
  /** What a call before this one left for it. */
  left: Map<string, string>;
}

export function callerOf(stub: Stub, name: string, time: RetryOptions): Caller {
  return {
    stub,
    name,
    left: new Map(),
    graph: new GraphClient(stub, time),
    arm: new ArmClient(stub, time),
  };
}

export type MatrixUpstream = Exclude<UpstreamName, "one resource of ARM" | "a blob">;

/** A call that takes one way to Microsoft. */
export interface UpstreamCall {
  /** Made before the odd answer: what the call needs to be there. */
  before?: (caller: Caller) => Promise<void>;
  /** Seconds that pass before the call, so that what is kept has ended. */
  after?: number;
  /** @returns what can be compared between two calls: the truth, however often it is asked */
  call: (caller: Caller) => Promise<unknown>;
  /** The work was done, or was not: any answer without an error is as good as another. */
  unchecked?: true;
}

const all = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
};

const ids = (items: readonly { id?: string | null | undefined }[]) => items.map(({ id }) => id);
/** What a caller makes of a body that breaks off is the caller's. */
const bytesOf = (answer: Response): Promise<ArrayBuffer> =>
  answer.arrayBuffer().catch((cause: unknown) => {
    throw new AzureError({ code: "upstream_unavailable", message: String(cause) });
  });

const groupsOf = `/subscriptions/${CONTOSO_SUBSCRIPTION}/resourceGroups`;
/** The call for each way, by its name; no client reads blobs or single resources in another manner. */
export const calls: Readonly<Record<MatrixUpstream, UpstreamCall>> = {
  "the token endpoint": {
    after: 2 * 60 * 60,
    call: async ({ graph }) => (await graph.users.me()).id,
  },
  "the signing keys": {
    after: 2 * 24 * 60 * 60,
    call: async ({ stub }) => {
      const completion = await signIn(stub);
      if (!completion.ok) throw new AzureError(completion.error);
      if (completion.value.outcome === "refused") throw new AzureError(completion.value.error);
      return completion.value.outcome;
    },
  },
  "one item of Graph": {
    call: async ({ graph }) => (await graph.users.me()).id,
  },
  "a list of Graph": {
    call: async ({ graph }) => ids(await all(graph.messages.list({ top: 90, select: ["id"] }))),
  },
  "a delta of Graph": {
    call: async ({ graph }) => {
      const found: unknown[] = [];
      let ended = false;
      for await (const step of graph.delta<{ id: string }>("/me/mailFolders/inbox/messages", {
        select: ["id"],
        maxPageSize: 200,
      })) {
        if (step.resync) found.length = 0;
        else found.push(...ids(step.items));
        ended = !step.resync && step.deltaLink !== undefined;
      }
      return { ended, found };
    },
  },
  "a batch of Graph": {
    call: async ({ graph }) => {
      const answers = await graph.batch([
        { id: "a", method: "GET", url: "/me?$select=id" },
        { id: "b", method: "GET", url: "/me/events?$select=id&$top=1" },
      ]);
      const lost = answers.find(({ status }) => status !== 200);
      // Of an answer that could not be read each request says so; nothing else may be in its place.
      if (lost !== undefined) {
        if (![429, 502, 503, 504].includes(lost.status)) return answers;
        throw new AzureError({ code: "upstream_error", message: "An item has no answer." });
      }
      return answers.map(({ id, body }) => ({ id, body }));
    },
  },
  "a write of Graph": {
    unchecked: true,
    call: ({ graph, name }) =>
      graph.calendar.create({
        subject: name,
        start: { dateTime: "2031-01-01T10:00:00", timeZone: "UTC" },
        end: { dateTime: "2031-01-01T11:00:00", timeZone: "UTC" },
      }),
  },
  "the contents of a file": {
    // Bytes are bytes: nothing tells a file from a page in its place.
    unchecked: true,
    call: async ({ graph }) => {
      const answer = await graph.files.download("Documents/Notes.txt");
      await bytesOf(answer);
    },
  },
  "a list of ARM": {
    call: async ({ arm }) =>
      ids(await all(arm.resourceGroups.list(CONTOSO_SUBSCRIPTION))).filter(
        (id) => id?.includes("/cell-") !== true,
      ),
  },
  "the providers of ARM": {
    call: async ({ arm }) => {
      const types = orThrow(
        await arm.providers.resourceTypes("Microsoft.Compute", CONTOSO_SUBSCRIPTION),
      );
      return types.length > 0;
    },
  },
  "a write of ARM": {
    unchecked: true,
    call: async ({ arm, name }) =>
      arm.resourceGroups.createOrUpdate(CONTOSO_SUBSCRIPTION, `cell-${name}`, {
        location: "westeurope",
      }),
  },
  "an operation of ARM": {
    before: async ({ arm, left }) => {
      const name = `cell-${crypto.randomUUID()}`;
      const group = `${groupsOf}/${name}`;
      const disk = `${group}/providers/Microsoft.Compute/disks/${name}`;
      await arm.resourceGroups.createOrUpdate(CONTOSO_SUBSCRIPTION, name, {
        location: "westeurope",
      });
      const poller = await arm.resources.createOrUpdate(disk, {
        location: "westeurope",
        tags: { "sandbox-polls": "3" },
        sku: { name: "Standard_LRS" },
        properties: { creationData: { createOption: "Empty" }, diskSizeGB: 4 },
      });
      left.set("disk", disk).set("operation", poller.toString());
    },
    call: async ({ arm, left }) => {
      const progress = await arm.pollOnce(left.get("operation") ?? "");
      if (!progress.done) {
        left.set("operation", progress.operation);
        return "as it is";
      }
      const disk = await arm.resources.get(left.get("disk") ?? "");
      const { provisioningState } = z
        .object({ provisioningState: z.string() })
        .parse(disk.properties);
      return provisioningState === "Succeeded" ? "as it is" : "over while it goes on";
    },
  },
  "a vault": {
    call: async ({ stub }) => {
      const answer = await stub.fetch(
        "https://contoso-kv.vault.azure.net/secrets?api-version=7.4&maxresults=1",
      );
      if (answer.status >= 400) {
        throw new AzureError(await upstreamFailure(answer, { now: Date.now(), write: false }));
      }
      await bytesOf(answer);
    },
    unchecked: true,
  },
};
