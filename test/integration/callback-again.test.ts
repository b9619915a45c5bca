import { runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { callback, serverStart, userStart } from "./support/browser-sign-in.ts";
import { clockOfEachTest } from "./support/clock.ts";
import { actorOf, expectOk, newUser } from "./support/connections.ts";
import { CookieJar } from "./support/front.ts";
import { authorize, sandbox } from "./support/sandbox.ts";

const returnUrl = "https://app.example/back";

const clock = clockOfEachTest();

/** A sign-in of a user's page, up to Microsoft's answer. */
async function atMicrosoft(query: Record<string, string> = {}) {
  const userId = newUser();
  const jar = new CookieJar();
  const { auth_url: authUrl } = await userStart(userId, jar, query);
  return { userId, jar, parameters: (await authorize(authUrl)).toString() };
}

/** What a page says, and that it sends nobody on and gives no cookie. */
async function said(response: Response): Promise<string> {
  expect(response.headers.get("location")).toBeNull();
  expect(response.headers.get("cache-control")).toBe("no-store");
  return response.text();
}

describe("the callback of a sign-in that succeeded", () => {
  test.each<[string, Record<string, string>]>([
    ["on a page", {}],
    ["at a return_url", { return_url: returnUrl }],
  ])("%s says, when it comes again, that it is finished", async (_, query) => {
    const { userId, jar, parameters } = await atMicrosoft(query);
    jar.take(await callback(parameters, jar));
    const before = expectOk(await actorOf(`user:${userId}`).info());
    const mark = await sandbox.mark();
    for (let time = 0; time < 2; time += 1) {
      const again = jar.take(await callback(parameters, jar));
      expect(again.status).toBe(200);
      const text = await said(again);
      expect(text).toContain("finished already");
      expect(text).not.toMatch(/not connected|Nothing was changed|ada@contoso/);
    }
    // Nor does another answer of Microsoft's, or none, reopen it.
    const { state } = Object.fromEntries(new URLSearchParams(parameters));
    for (const answer of [{ error: "access_denied" }, { code: "another" }, {}]) {
      const other = new URLSearchParams({ ...answer, state: state ?? "" }).toString();
      expect(await said(await callback(other, jar))).toContain("finished already");
    }
    expect(await sandbox.requests(mark)).toEqual([]);
    expect(expectOk(await actorOf(`user:${userId}`).info())).toEqual(before);
  });

  test("says so to its own browser alone", async () => {
    const { jar, parameters } = await atMicrosoft();
    jar.take(await callback(parameters, jar));
    const { jar: another } = await atMicrosoft();
    for (const stranger of [new CookieJar(), another]) {
      const answer = await callback(parameters, stranger);
      expect(answer.status).toBe(400);
      const text = await said(answer);
      expect(text).toContain("another browser");
      expect(text).not.toContain("finished");
    }
  });

  test("says so as long as its state would have lasted, and wakes nobody for it", async () => {
    const { userId, jar, parameters } = await atMicrosoft();
    await callback(parameters, jar);
    const stub = actorOf(`user:${userId}`);
    // Once the directory was told, the next thing due is a renewal, long after.
    const wait = () =>
      runInDurableObject(stub, async (_, { storage }) => (await storage.getAlarm()) ?? 0).then(
        (due) => due - Date.now(),
      );
    await expect.poll(wait, { timeout: 5_000 }).toBeGreaterThan(20 * 60_000);
    await clock.advance(599);
    expect(await said(await callback(parameters, jar))).toContain("finished already");
    await clock.advance(1);
    const late = await callback(parameters, jar);
    expect(late.status).toBe(400);
    expect(await said(late)).toContain("over or was never started");
  });

  test("is forgotten with the connection: after a disconnect nothing is finished", async () => {
    const { userId, jar, parameters } = await atMicrosoft();
    await callback(parameters, jar);
    expectOk(await actorOf(`user:${userId}`).disconnect());
    expect(await said(await callback(parameters, jar))).toContain("over or was never started");
  });

  test("leaves neither verifier nor nonce nor candidate behind", async () => {
    const { userId, jar, parameters } = await atMicrosoft();
    await callback(parameters, jar);
    const rows = await runInDurableObject(actorOf(`user:${userId}`), (_, { storage }) =>
      storage.sql
        .exec("SELECT code_verifier, nonce, flow_hash, candidate, login_hint FROM authorization")
        .toArray(),
    );
    expect(rows).toEqual([
      { code_verifier: "", nonce: "", flow_hash: null, candidate: null, login_hint: null },
    ]);
  });
});

describe("the callback of a sign-in that a server started", () => {
  test("says that it waits to be confirmed, and gives the flow to nobody again", async () => {
    const userId = newUser();
    const { auth_url: authUrl } = await serverStart(userId, { return_url: returnUrl });
    const parameters = await authorize(authUrl);
    const first = await callback(parameters);
    const flow = new URL(first.headers.get("location") ?? "").searchParams.get("flow") ?? "";
    const again = await callback(parameters);
    expect(again.status).toBe(200);
    const text = await said(again);
    expect(text).toMatch(/finished already.*confirm/s);
    expect(text).not.toContain(flow);
    // And it is as good as before.
    expectOk(await actorOf(`user:${userId}`).confirmAuthorization({ flow }));
    expect(await said(await callback(parameters))).toContain("was connected");
    expect(await actorOf(`user:${userId}`).confirmAuthorization({ flow })).toMatchObject({
      ok: false,
      error: { code: "not_found" },
    });
  });
});

test("the callback of a sign-in that failed may not come again either, and says so", async () => {
  const { jar, parameters } = await atMicrosoft();
  const { state } = Object.fromEntries(new URLSearchParams(parameters));
  const denied = new URLSearchParams({ error: "access_denied", state: state ?? "" }).toString();
  expect(await said(await callback(denied, jar))).toContain("was not completed");
  expect(await said(await callback(parameters, jar))).toContain("over or was never started");
});

test("a callback that comes while the first is being redeemed says that it goes on", async () => {
  const { jar, parameters } = await atMicrosoft();
  await sandbox.fault({ match: { grant_type: "authorization_code" }, times: 1, delay_ms: 400 });
  const mark = await sandbox.mark();
  const first = callback(parameters, jar);
  await expect.poll(async () => (await sandbox.tokenPosts(mark)).length).toBe(1);
  expect(await said(await callback(parameters, jar))).toContain("being completed already");
  expect(await (await first).text()).toContain("You are connected");
});

test("a state that is repeated over RPC is an error that says how far the sign-in is", async () => {
  const { userId, jar, parameters } = await atMicrosoft();
  await callback(parameters, jar);
  const [, binding = ""] = /=(.*)/.exec(jar.header["cookie"] ?? "") ?? [];
  expect(
    await actorOf(`user:${userId}`).completeAuthorization({
      state: new URLSearchParams(parameters).get("state") ?? "",
      response: parameters,
      browserBinding: binding,
    }),
  ).toMatchObject({
    ok: false,
    error: { code: "invalid_request", details: { field: "state", reason: "finished" } },
  });
});
