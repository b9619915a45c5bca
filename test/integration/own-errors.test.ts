import { exports } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { ArmClient } from "../../src/arm/index.ts";
import { azure } from "../../src/client/index.ts";
import { AzureError, GraphClient, type Fetcher } from "../../src/graph/index.ts";
import { connected, newUser } from "./support/connections.ts";

const sibling = (scopes?: readonly string[]) =>
  exports.AzureService({ props: { caller: "test", ...(scopes && { scopes }) } });

/** Clients that would tell by a wait that they try again. */
function clients(fetcher: Fetcher) {
  const waits: number[] = [];
  const options = {
    sleep: async (ms: number) => {
      waits.push(ms);
    },
  };
  return {
    waits,
    graph: new GraphClient(fetcher, options),
    arm: new ArmClient(fetcher, options),
  };
}

const failing = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "no failure",
    (reason: unknown) => reason,
  );

describe("what this service itself refuses reaches a client over a stub", () => {
  test.each([
    ["a user id that is none", sibling(), "not a user", "invalid_request"],
    ["a sibling without the scopes", sibling(["graph:read"]), newUser(), "forbidden"],
  ])("as it is: %s", async (_, service, userId, code) => {
    const { waits, graph, arm } = clients(azure(service, { userId }));
    for (const error of [
      await failing(graph.users.me()),
      await failing(arm.subscriptions.get("aaaaaaaa-1111-4000-8000-000000000001")),
    ]) {
      expect(error).toBeInstanceOf(AzureError);
      expect(error).toMatchObject({ code, request_id: expect.stringMatching(/^[\w-]{36}$/) });
      expect(String(error)).not.toContain("Microsoft");
    }
    expect(waits).toEqual([]);
  });

  test("as it is: a connection that does not exist", async () => {
    const stub = await sibling().connection({ userId: newUser() });
    const { waits, graph } = clients(stub);
    const error = await failing(graph.users.me());
    expect(error).toMatchObject({ code: "not_found", message: "There is no such connection." });
    expect(waits).toEqual([]);
  });

  test("as a fault of the caller: a stub that nobody awaited", async () => {
    const { id } = await connected();
    const pending = sibling().connection({ userId: id.slice("user:".length) });
    const { waits, graph } = clients(pending as unknown as Fetcher);
    expect(await failing(graph.users.me())).toMatchObject({
      code: "invalid_request",
      details: { field: "fetcher" },
    });
    expect(waits).toEqual([]);
    expect(await new GraphClient(await pending).users.me()).toMatchObject({
      displayName: "Ada Lovelace",
    });
  });
});
