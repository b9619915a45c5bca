import { describe, expect, test } from "vitest";
import { connected, expectOk } from "./support/connections.ts";
import { sandbox } from "./support/sandbox.ts";

describe("signing in", () => {
  test("gives a connection that answers for Graph and for ARM from one refresh token", async () => {
    const { stub, info } = await connected();
    expect(info.status).toBe("active");
    expect(info.identity?.upn).toBe("ada@contoso.example");
    expect(info.resources.map(({ resource }) => resource).sort()).toEqual(["arm", "graph"]);

    const mark = await sandbox.mark();
    const me = await stub.fetch("https://graph.microsoft.com/v1.0/me");
    expect(await me.json()).toMatchObject({ userPrincipalName: "ada@contoso.example" });
    const subscriptions = await stub.fetch(
      "https://management.azure.com/subscriptions?api-version=2022-12-01",
    );
    expect((await subscriptions.json<{ value: unknown[] }>()).value).toHaveLength(2);
    expect(await sandbox.tokenPosts(mark)).toHaveLength(0);

    const { events } = expectOk(await stub.events());
    expect(events.map(({ type }) => type)).toEqual(["connection.pending", "connection.connected"]);
  });
});
