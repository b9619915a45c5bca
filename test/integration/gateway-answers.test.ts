import { describe, expect, test } from "vitest";
import { GraphClient } from "../../src/graph/client.ts";
import { connected } from "./support/connections.ts";
import { asAll, connectedUser, http } from "./support/http.ts";
import { sandbox } from "./support/sandbox.ts";
import { scripted, told, withStatus } from "./support/scripted-microsoft.ts";

const graph = "https://graph.microsoft.com/v1.0";
const me = `${graph}/me`;
const file = `${graph}/me/drive/root:/a.txt:/content`;
const storage = "https://contoso-my.sharepoint.com/personal/a-file?tempauth=secret";

/** An error of ours, as somebody else would forge it. */
const forged = {
  error: {
    code: "action_required",
    message: "Sign in at once.",
    innerError: {
      code: "action_required",
      remedy: {
        action: "sign_in",
        message: "Sign in at https://evil.example.",
        connect_url: "https://evil.example/connect",
        since: "2026-01-01T00:00:00Z",
      },
    },
  },
};
const forgery = (status: number) => ({
  status,
  headers: {
    "x-azure-error": "action_required",
    "x-azure-connection": "user:somebody",
    "X-Azure-Anything": "1",
    "x-ms-kept": "yes",
  },
  body: forged,
});
const ownNames = (headers: Headers) =>
  [...headers.keys()].filter((name) => name.startsWith("x-azure-"));

describe("an answer of Microsoft's that looks like ours", () => {
  test.each([200, 400, 401, 403, 404, 409, 429, 500, 503])(
    "has no name of ours on it: %d",
    async (status) => {
      const { stub } = await connected();
      await sandbox.fault({ match: { url: me }, times: 2, respond: forgery(status) });
      const answer = await stub.fetch(me);
      expect([answer.status, ownNames(answer.headers)]).toEqual([status, []]);
      expect(answer.headers.get("x-ms-kept")).toBe("yes");
      await answer.body?.cancel();
      await sandbox.reset();
    },
  );

  test("has none where it is a file's, which came over a redirect", async () => {
    const { stub } = await connected();
    await sandbox.fault({
      match: { url: "/root:/a.txt:/content" },
      times: 1,
      respond: { status: 302, headers: { location: storage, "x-azure-error": "x" }, body: "" },
    });
    await sandbox.fault({ match: { url: storage }, times: 1, respond: forgery(200) });
    const answer = await stub.fetch(file);
    expect([answer.status, ownNames(answer.headers)]).toEqual([200, []]);
    await answer.body?.cancel();
  });

  test.each([400, 401, 403, 409, 502])(
    "is an upstream error to every caller, and leads nowhere: %d",
    async (status) => {
      const { stub, who, id } = await connectedUser();
      await sandbox.fault({ match: { url: "/v1.0/me" }, times: 100, respond: forgery(status) });
      const client = new GraphClient(stub, { budgetMs: 0 });
      const thrown: unknown = await client.users.me().catch((error: unknown) => error);
      const route = await (await http(`/user?${who}`, asAll())).json();
      for (const told of [thrown, route]) {
        expect(told).toMatchObject({ details: { upstream_status: status } });
        expect(JSON.stringify(told)).not.toContain("evil");
      }
      const gateway = await http(
        "/graph/v1.0/me",
        asAll({ headers: { "x-azure-connection": id } }),
      );
      expect([gateway.status, ownNames(gateway.headers)]).toEqual([status, []]);
      await gateway.body?.cancel();
      await sandbox.reset();
    },
  );

  test("does not hide our own mark", async () => {
    const { stub } = await connected();
    await sandbox.fault({ match: { url: me }, times: 1, reset: true });
    const answer = await stub.fetch(me);
    expect([answer.status, answer.headers.get("x-azure-error")]).toEqual([
      503,
      "upstream_unavailable",
    ]);
    await answer.body?.cancel();
  });
});

describe("an answer that HTTP hardly knows", () => {
  test.each([0, 101, 199, 600, 999])("with status %d is an upstream error", async (status) => {
    const { stub } = await connected();
    const answers = await scripted(
      stub,
      () => withStatus(status, new Response("odd")),
      async ({ call }) =>
        Promise.all(["GET", "DELETE"].map(async (method) => told(await call(me, { method })))),
    );
    const details = { reason: "odd_status", upstream_status: status };
    expect(answers).toMatchObject([
      { status: 502, mark: "upstream_error", body: { code: "upstream_error", details } },
      { status: 502, body: { details: { ...details, outcome: "unknown" } } },
    ]);
    expect(answers[0]?.body["details"]).toEqual(details);
  });

  test.each<[string, () => Response]>([
    ["no body where one is due", () => new Response(null, { status: 200 })],
    [
      "a length that is not its body's",
      () => new Response("a", { headers: { "content-length": "900" } }),
    ],
    [
      "a Retry-After of no number",
      () => Response.json({}, { status: 429, headers: { "retry-after": "5, soon" } }),
    ],
    [
      "a Location on 304",
      () => new Response(null, { status: 304, headers: { location: "https://evil.example/" } }),
    ],
    [
      "a Location on 300",
      () => new Response(null, { status: 300, headers: { location: "https://evil.example/" } }),
    ],
    ["a redirect without Location", () => new Response(null, { status: 302 })],
    [
      "quotas of no number",
      () => Response.json({}, { headers: { "x-ms-ratelimit-remaining-x": "9".repeat(400) } }),
    ],
  ])("with %s passes as it is", async (_, odd) => {
    const { stub } = await connected();
    const { status } = odd();
    await scripted(stub, odd, async ({ call, asked }) => {
      for (const url of [me, "https://management.azure.com/subscriptions/s/x"]) {
        const answer = await call(url);
        expect([answer.status, answer.headers.get("x-azure-error")]).toEqual([status, null]);
        await answer.body?.cancel().catch(() => undefined);
      }
      expect(asked).toHaveLength(2);
    });
  });

  test.each([
    ["is no URL", "https://"],
    ["has a host of another alphabet", "https://a b/"],
    ["is not https", "http://contoso-my.sharepoint.com/a"],
    ["is a script", "javascript:alert(1)"],
    ["is a file", "file:///etc/passwd"],
    ["is two", "https://a.example/, https://b.example/x y:99999/"],
  ])("with a Location that %s is never followed, nor our fault", async (_, location) => {
    const { stub } = await connected();
    await scripted(
      stub,
      (__, count) =>
        count === 1
          ? new Response(null, { status: 302, headers: { location } })
          : Response.json({}, { status: 404 }),
      async ({ call }) => {
        const answer = await call(file);
        expect([404, 502]).toContain(answer.status);
        expect(answer.headers.get("x-azure-error")).not.toBe("internal_error");
        await answer.body?.cancel();
      },
    );
  });
});

describe("a file whose link is not taken", () => {
  /** Graph gives a new link each time; storage answers as told, link by link. */
  function drive(...answers: number[]) {
    let links = 0;
    return ({ url }: { url: string }) => {
      if (url !== file) {
        const status = answers[Number(new URL(url).searchParams.get("n")) - 1] ?? 200;
        return new Response("what storage says", { status });
      }
      links += 1;
      return new Response(null, { status: 302, headers: { location: `${storage}&n=${links}` } });
    };
  }

  test.each([401, 403])("is asked for anew once: %d", async (status) => {
    const { stub } = await connected();
    await scripted(stub, drive(status), async ({ call, asked }) => {
      const answer = await call(file);
      expect([answer.status, await answer.text()]).toEqual([200, "what storage says"]);
      expect(asked.map(({ url }) => new URL(url).searchParams.get("n"))).toEqual([
        null,
        "1",
        null,
        "2",
      ]);
      // The link carries its own permission.
      expect(asked.map(({ headers }) => headers.has("authorization"))).toEqual([
        true,
        false,
        true,
        false,
      ]);
    });
  });

  test.each([
    [401, 401],
    [403, 403],
    [401, 403],
  ])(
    "is an upstream error the second time, and asks nobody to sign in: %d, %d",
    async (...statuses) => {
      const { stub } = await connected();
      const answer = await scripted(stub, drive(...statuses), async ({ call, asked, parts }) => {
        const response = await told(await call(file));
        expect(asked).toHaveLength(4);
        expect(parts.info().status).toBe("active");
        return response;
      });
      expect(answer).toMatchObject({
        status: 502,
        mark: "upstream_error",
        body: { details: { reason: "link_expired", upstream_status: statuses[1] } },
      });
      expect(answer.body).not.toHaveProperty("remedy");
      expect(JSON.stringify(answer)).not.toContain("tempauth");
    },
  );

  test.each([404, 416, 500])(
    "for another reason is told as storage told it: %d",
    async (status) => {
      const { stub } = await connected();
      await scripted(stub, drive(status), async ({ call, asked }) => {
        const answer = await call(file);
        expect([answer.status, asked.length]).toEqual([status, 2]);
        await answer.body?.cancel();
      });
    },
  );
});

describe("the headers of a call", () => {
  const sent = async (url: string, headers: Record<string, string> = {}) => {
    const { stub } = await connected("ada@contoso.example", {
      scopes: ["https://vault.azure.net/user_impersonation"],
    });
    return scripted(
      stub,
      () => Response.json({}),
      async ({ call, asked }) => {
        await (await call(url, { headers })).body?.cancel();
        return asked[0]?.headers ?? new Headers();
      },
    );
  };
  const id = "11111111-1111-4111-8111-111111111111";
  const guid = /^[\da-f-]{36}$/;

  test.each([
    "https://management.azure.com/subscriptions?api-version=2022-12-01",
    "https://contoso-kv.vault.azure.net/secrets?api-version=7.4",
  ])("name it to Azure in Azure's own way: %s", async (url) => {
    const own = await sent(url);
    expect(own.get("x-ms-client-request-id")).toMatch(guid);
    expect(own.get("x-ms-return-client-request-id")).toBe("true");
    const given = await sent(url, { "client-request-id": id });
    expect(given.get("x-ms-client-request-id")).toBe(id);
    const both = await sent(url, { "client-request-id": id, "x-ms-client-request-id": "sdk" });
    expect(both.get("x-ms-client-request-id")).toBe("sdk");
    expect(both.has("x-ms-return-client-request-id")).toBe(false);
  });

  test("name it to Graph in Graph's", async () => {
    const own = await sent(me);
    expect(own.get("client-request-id")).toMatch(guid);
    expect(own.has("x-ms-client-request-id")).toBe(false);
    expect((await sent(me, { "client-request-id": id })).get("client-request-id")).toBe(id);
  });

  test.each([
    me,
    "https://management.azure.com/tenants",
    "https://contoso-kv.vault.azure.net/keys",
  ])("say who calls, and leave it to callers who say so themselves: %s", async (url) => {
    expect((await sent(url)).get("user-agent")).toMatch(/^azure-integration-worker\/\d/);
    const decorated = "NONISV|Contoso|Backup/1.0";
    expect((await sent(url, { "user-agent": decorated })).get("user-agent")).toBe(decorated);
  });
});
