import { describe, expect, test } from "vitest";
import { callback, landing, type SignInStart } from "./support/browser-sign-in.ts";
import { newUser } from "./support/connections.ts";
import { allKey, CookieJar, front, json, sessionOf } from "./support/front.ts";
import { authorize } from "./support/sandbox.ts";

/** What a page's script asks and gets: it confirms what it has started, by its own session. */

const returnUrl = "https://app.example/connected?connect=a1";
const mayConfirm = ["connections:read", "connections:write"];

const start = async (userId: string, query: Record<string, string> = {}, scopes = mayConfirm) =>
  front(
    `/connect?${new URLSearchParams({ binding: "confirm", return_url: returnUrl, ...query }).toString()}`,
    { credential: await sessionOf(userId, scopes) },
  );

/** A page's start, and the flow that comes back to its origin. */
async function flowOf(userId: string): Promise<string> {
  const { auth_url: authUrl } = await (await start(userId)).json<SignInStart>();
  return landing(await callback(await authorize(authUrl))).searchParams.get("flow") ?? "";
}

const confirm = (userId: string, flow: string, credential: string) =>
  front(`/connections/user:${userId}/confirm`, { method: "POST", credential, body: { flow } });

const statusOf = async (userId: string): Promise<unknown> => {
  const response = await front(`/connections/user:${userId}`, { credential: allKey });
  return (await response.json<{ data?: { status?: string } }>()).data?.status;
};

describe("a sign-in that a page starts with binding=confirm", () => {
  test("sets no cookie, and names the connection to the page alone", async () => {
    const userId = newUser();
    const response = await start(userId);
    expect(response.status).toBe(200);
    expect(response.headers.getSetCookie()).toEqual([]);
    const started = await response.json<SignInStart & { connection: string }>();
    expect(started.connection).toBe(`user:${userId}`);
    const back = landing(await callback(await authorize(started.auth_url)));
    expect(back.href.startsWith(`${returnUrl}&status=confirmation_required&flow=`)).toBe(true);
    expect(back.href).not.toContain(userId);
  });

  test("connects nobody until the page confirms it by the user's session", async () => {
    const userId = newUser();
    const flow = await flowOf(userId);
    expect(await statusOf(userId)).toBe("pending");
    const confirmed = await confirm(userId, flow, await sessionOf(userId, mayConfirm));
    expect(confirmed.status).toBe(200);
    expect(await json(confirmed)).toMatchObject({
      data: { id: `user:${userId}`, status: "active", identity: { upn: "ada@contoso.example" } },
    });
  });

  test("is not confirmed by another user's session, whoever it names, and is not used up", async () => {
    const [userId, other] = [newUser(), newUser()];
    await start(other);
    const flow = await flowOf(userId);
    const stranger = await sessionOf(other, mayConfirm);
    expect((await confirm(userId, flow, stranger)).status).toBe(404);
    expect((await confirm(other, flow, stranger)).status).toBe(404);
    expect([await statusOf(userId), await statusOf(other)]).toEqual(["pending", "pending"]);
    expect((await confirm(userId, flow, await sessionOf(userId, mayConfirm))).status).toBe(200);
  });

  test("is refused at its start to a session that could not confirm it", async () => {
    const userId = newUser();
    const response = await start(userId, {}, ["connections:read"]);
    expect(response.status).toBe(403);
    expect(await json(response)).toMatchObject({
      details: { reason: "missing_scope", scope: "connections:write" },
    });
    expect(await statusOf(userId)).toBeUndefined();
  });

  test("needs somewhere to return to, on one of RETURN_ORIGINS", async () => {
    const credential = await sessionOf(newUser(), mayConfirm);
    for (const query of ["", "&return_url=https://evil.example/"]) {
      const response = await front(`/connect?binding=confirm${query}`, { credential });
      expect(response.status).toBe(400);
      expect(await json(response)).toMatchObject({ details: { field: "return_url" } });
    }
  });

  test("runs beside one that a cookie binds, which stays the default", async () => {
    const userId = newUser();
    const credential = await sessionOf(userId, mayConfirm);
    for (const query of ["", "?binding=cookie"]) {
      const bound = await front(`/connect${query}`, { credential });
      const jar = new CookieJar();
      const { auth_url: authUrl } = await jar.take(bound).json<SignInStart>();
      expect(jar.names).toHaveLength(1);
      expect((await callback(await authorize(authUrl), jar)).status).toBe(200);
    }
    const confirmed = await confirm(userId, await flowOf(userId), credential);
    expect(confirmed.status).toBe(200);
  });
});

describe("the binding of a server's start", () => {
  const byServer = (binding: string) =>
    front(
      `/connect?${new URLSearchParams({ user_id: newUser(), return_url: returnUrl, binding }).toString()}`,
      { credential: allKey },
    );

  test("is its confirmation, said or not", async () => {
    const response = await byServer("confirm");
    expect(response.status).toBe(200);
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  test.each(["cookie", "none", ""])("is never %j", async (binding) => {
    const response = await byServer(binding);
    expect(response.status).toBe(400);
    expect(await json(response)).toMatchObject({ details: { field: "binding" } });
  });
});
