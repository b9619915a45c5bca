import { beforeAll, describe, expect, test } from "vitest";
import { GraphClient } from "../../src/graph/client.ts";
import { CONTOSO_SUBSCRIPTION, FABRIKAM_SUBSCRIPTION } from "../sandbox/constants.ts";
import { actorOf } from "./support/connections.ts";
import { asAll, bearer, call, connectedUser, http, json } from "./support/http.ts";
import { sandbox } from "./support/sandbox.ts";
import {
  asTenant,
  connectedTenant,
  contoso,
  fabrikam,
  forgetTenants,
  tenantId,
} from "./support/tenants.ts";

const alan = "alan@fabrikam.example";
const who = asTenant(fabrikam);

beforeAll(async () => {
  await forgetTenants();
  await connectedTenant(fabrikam);
  await connectedTenant(contoso);
});

/** What the sandbox was asked of Graph meanwhile, as paths. */
async function pathsDuring(work: () => Promise<unknown>): Promise<string[]> {
  const mark = await sandbox.mark();
  await work();
  const requests = await sandbox.requests(mark);
  return requests.map(({ method, url }) => `${method} ${new URL(url).pathname}`);
}

describe("a route about one user's data, on a tenant's connection,", () => {
  const routes: readonly [string, RequestInit | undefined, string][] = [
    ["/user?", undefined, "GET /v1.0/users/alan%40fabrikam.example"],
    ["/mail?top=1&", undefined, "GET /v1.0/users/alan%40fabrikam.example/messages"],
    ["/calendar/events?top=1&", undefined, "GET /v1.0/users/alan%40fabrikam.example/events"],
    ["/contacts?top=1&", undefined, "GET /v1.0/users/alan%40fabrikam.example/contacts"],
    ["/files?", undefined, "GET /v1.0/users/alan%40fabrikam.example/drive/root/children"],
    [
      "/mail/send?",
      json("POST", {
        message: {
          subject: "From the application",
          body: { content: "x" },
          toRecipients: [{ emailAddress: { address: alan } }],
        },
      }),
      "POST /v1.0/users/alan%40fabrikam.example/sendMail",
    ],
    [
      "/calendar/events?",
      json("POST", {
        subject: "Review",
        start: { dateTime: "2026-12-01T09:00:00", timeZone: "UTC" },
        end: { dateTime: "2026-12-01T10:00:00", timeZone: "UTC" },
      }),
      "POST /v1.0/users/alan%40fabrikam.example/events",
    ],
  ];

  test.each(routes)("%s is done for whom `as` names", async (path, init, asked) => {
    const paths = await pathsDuring(async () => {
      const { status, body } = await call(`${path}${who}&as=${alan}`, asAll(init));
      expect([status, body["error"]]).toEqual([
        path.startsWith("/mail/send") ? 202 : 200,
        undefined,
      ]);
    });
    expect(paths).toContain(asked);
  });

  test.each(routes)("%s is refused, naming `as`, where nobody is named", async (path, init) => {
    const paths = await pathsDuring(async () => {
      const { status, body } = await call(`${path}${who}`, asAll(init));
      expect([status, body["details"]]).toMatchObject([400, { field: "as" }]);
      expect(String(body["error"])).toContain('"as"');
    });
    expect(paths).toEqual([]);
  });

  test("names the user as one encoded segment, or not at all", async () => {
    const refused = async (as: string) => {
      const { status, body } = await call(`/mail?${who}&as=${encodeURIComponent(as)}`, asAll());
      expect([as, status, body["details"]]).toMatchObject([as, 400, { field: "as" }]);
    };
    const paths = await pathsDuring(async () => {
      for (const as of ["", "..", "../me", "$batch", "a\u0000b", "x".repeat(257)])
        await refused(as);
    });
    expect(paths).toEqual([]);
    const [asked] = await pathsDuring(() =>
      call(`/mail?${who}&as=${encodeURIComponent("a/b?c#d'e")}`, asAll()),
    );
    expect(asked).toBe("GET /v1.0/users/a%252Fb%3Fc%23d'e/messages");
  });

  test("pages on for the same user alone", async () => {
    const first = await call(`/mail?top=2&${who}&as=${alan}`, asAll());
    const cursor = encodeURIComponent(String(first.body["next_cursor"]));
    const next = await call(`/mail?cursor=${cursor}&${who}&as=${alan}`, asAll());
    expect([next.status, next.body["data"]]).toMatchObject([200, [{}, {}]]);
    for (const other of [`${who}&as=ida@fabrikam.example`, who, asTenant(contoso)]) {
      const { status } = await call(`/mail?cursor=${cursor}&${other}`, asAll());
      expect([other, status]).toEqual([other, 400]);
    }
  });

  test("moves a user's files as they stream", async () => {
    const path = `/files/content?path=report.txt&${who}`;
    const put = (url: string) =>
      http(url, asAll({ method: "PUT", body: "hello", headers: { "content-length": "5" } }));
    expect((await put(path)).status).toBe(400);
    expect((await put(`${path}&as=${alan}`)).status).toBe(200);
    const read = await http(`${path}&as=${alan}`, asAll());
    expect(await read.text()).toBe("hello");
    expect((await http(path, asAll())).status).toBe(400);
  });
});

describe("`as` on a user's connection", () => {
  test.each(["/mail", "/user", "/users", "/subscriptions", "/files/content"])(
    "is refused at %s",
    async (path) => {
      const user = await connectedUser();
      const { status, body } = await call(`${path}?path=a&${user.who}&as=${alan}`, asAll());
      expect([status, body["details"]]).toMatchObject([400, { field: "as" }]);
    },
  );
});

describe("what needs no user, on a tenant's connection,", () => {
  test("is the directory, people by id and batches", async () => {
    const listed = await call(`/users?${who}`, asAll());
    expect(listed.status).toBe(200);
    const one = await call(`/users/${alan}?${who}`, asAll());
    expect(one.body["data"]).toMatchObject({ userPrincipalName: alan });
    const requests = [{ id: "1", method: "GET", url: `/users/${alan}/messages?$top=1` }];
    const batch = await call(`/batch?${who}`, asAll(json("POST", { requests })));
    expect(batch.body["data"]).toMatchObject({ responses: [{ id: "1", status: 200 }] });
  });

  test("is ARM, by role assignments", async () => {
    const subscriptions = await call(`/subscriptions?${who}`, asAll());
    expect(subscriptions.body["data"]).toMatchObject([{ subscriptionId: FABRIKAM_SUBSCRIPTION }]);
    const groups = await call(
      `/subscriptions/${FABRIKAM_SUBSCRIPTION}/resourceGroups?${who}`,
      asAll(),
    );
    expect(groups.status).toBe(200);
    const made = await call(
      `/subscriptions/${FABRIKAM_SUBSCRIPTION}/resourceGroups/new?${who}`,
      asAll(json("PUT", { location: "westeurope" })),
    );
    // The application is a reader there.
    expect(made).toMatchObject({ status: 403, body: { remedy: { action: "contact_admin" } } });
  });

  test("is ARM of its own tenant: that of another is refused", async () => {
    const { status } = await call(
      `/subscriptions/${CONTOSO_SUBSCRIPTION}/resourceGroups?${who}`,
      asAll(),
    );
    expect(status).toBe(403);
  });

  test("is Microsoft's own API, by the gateways and the stub", async () => {
    const headers = { "x-azure-connection": tenantId(fabrikam) };
    const users = await http("/graph/v1.0/users?$top=1", asAll({ headers }));
    expect(await users.json()).toMatchObject({ value: [{ id: expect.any(String) }] });
    const me = await http("/graph/v1.0/me", asAll({ headers }));
    expect(me.status).toBe(400);
    expect(await me.json()).toMatchObject({ error: { message: expect.stringContaining("/me") } });
    const arm = await http("/arm/subscriptions?api-version=2022-12-01", asAll({ headers }));
    expect(arm.status).toBe(200);
    const vault = await actorOf(tenantId(contoso)).fetch(
      "https://contoso-kv.vault.azure.net/secrets?api-version=7.4",
    );
    expect(vault.status).toBe(200);
  });

  test("is a blob that a role assignment lets the application read", async () => {
    const blob = await actorOf(tenantId(contoso)).fetch(
      "https://contosodata001.blob.core.windows.net/?comp=list",
      { headers: { "x-ms-version": "2023-11-03" } },
    );
    expect(blob.status).toBe(200);
  });
});

describe("a directory of 2,000 people", () => {
  test("is walked by delta, and tells of one change after that", async () => {
    await sandbox.control("POST", "/people", { tenant: fabrikam, count: 2_000 });
    const graph = new GraphClient(actorOf(tenantId(fabrikam)));
    const known = new Set<string | undefined>();
    let from = "";
    for await (const step of graph.delta<{ id?: string }>("/users")) {
      if ("resync" in step) throw new Error("the state was lost");
      for (const item of step.items) known.add(item.id);
      from = step.deltaLink ?? from;
    }
    expect(known.size).toBeGreaterThanOrEqual(2_000);
    await sandbox.control("POST", "/people", { tenant: fabrikam, count: 1 });
    const changed: unknown[] = [];
    for await (const step of graph.delta("/users", { from })) {
      if (!("resync" in step)) changed.push(...step.items);
    }
    expect(changed).toHaveLength(1);
  });

  test("is listed page by page", async () => {
    let path = `/users?top=100&${who}`;
    let pages = 0;
    let people = 0;
    while (path !== "") {
      const { body } = await call(path, asAll());
      people += (body["data"] as unknown[]).length;
      pages += 1;
      const { next_cursor: cursor } = body;
      path = typeof cursor === "string" ? `/users?cursor=${encodeURIComponent(cursor)}&${who}` : "";
    }
    expect([pages > 20, people > 2_000]).toEqual([true, true]);
  });
});

test("a key without admin is refused, and the sandbox is asked for nothing", async () => {
  const paths = await pathsDuring(async () => {
    const refused = await call(`/users?${who}`, { headers: bearer("reader") });
    expect(refused).toMatchObject({ status: 403, body: { details: { scope: "admin" } } });
  });
  expect(paths).toEqual([]);
});
