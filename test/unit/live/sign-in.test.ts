import { describe, expect, test } from "vitest";
import { ok } from "../../../src/contract/result.ts";
import { scopesFor, sessions, signInByDevice } from "../../live/sign-in.ts";

const code = {
  device_code: "d",
  user_code: "U",
  verification_uri: "https://microsoft.example/device",
  interval: 5,
};
const refused = (error: string) => Response.json({ error }, { status: 400 });

/** Entra that gives these answers in turn, the first at the device code endpoint. */
async function signIn(...answers: readonly Response[]) {
  const [waits, shown, posted]: [number[], string[], string[]] = [[], [], []];
  const left = [...answers];
  const result = await signInByDevice({
    authority: "https://login.example",
    tenant: "contoso.example",
    clientId: "c",
    scope: "User.Read",
    show: (address, user) => void shown.push(`${address} ${user}`),
    network: {
      async fetch(url, { body }) {
        posted.push(`${new URL(url).pathname} ${String(body)}`);
        return left.shift() ?? Response.error();
      },
      now: () => 0,
      wait: async (seconds) => void waits.push(seconds),
      say: () => undefined,
    },
  });
  return { result, waits, shown, posted };
}

describe("A sign-in by device code", () => {
  test("waits for the person, and longer where Entra says so", async () => {
    const token = Response.json({ access_token: "t" });
    const pending = refused("authorization_pending");
    const { result, waits, shown, posted } = await signIn(
      Response.json(code),
      pending,
      refused("slow_down"),
      token,
    );
    expect(result).toMatchObject({ ok: true, value: { status: 200 } });
    expect(waits).toEqual([5, 5, 10]);
    expect(shown).toEqual(["https://microsoft.example/device U"]);
    expect(posted.slice(0, 2)).toEqual([
      "/contoso.example/oauth2/v2.0/devicecode client_id=c&scope=User.Read",
      expect.stringMatching(
        /^\/contoso\.example\/oauth2\/v2\.0\/token client_id=c&.*device_code=d$/,
      ),
    ]);
  });

  test("fails by Entra's word where the person declines", async () => {
    const { result } = await signIn(Response.json(code), refused("authorization_declined"));
    expect(result).toEqual({ ok: false, error: "no sign-in: 400 authorization_declined" });
  });

  test("fails by Entra's word where the application may not ask", async () => {
    const { result, shown } = await signIn(refused("unauthorized_client"));
    expect(result).toEqual({ ok: false, error: "no device code: 400 unauthorized_client" });
    expect(shown).toEqual([]);
  });
});

test("a person signs in once for each service, and not where a token was brought", async () => {
  const asked: string[] = [];
  const { tokenOf } = sessions(
    async (service) => {
      asked.push(service);
      return ok({ status: 200, headers: new Headers(), text: '{"access_token":"signed"}' });
    },
    { arm: "brought" },
  );
  expect([await tokenOf("graph"), await tokenOf("graph"), await tokenOf("arm")]).toEqual([
    ok("signed"),
    ok("signed"),
    ok("brought"),
  ]);
  expect(asked).toEqual(["graph"]);
});

test("only --write asks for permissions to write", () => {
  expect(scopesFor("graph", { writes: false })).not.toContain("Write");
  expect(scopesFor("graph", { writes: true })).toMatch(/Mail\.Read .*Mail\.ReadWrite /);
});
