import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CLIENT_ID, CLIENT_SECRET } from "../../sandbox/constants.ts";
import { createSandbox } from "../../sandbox/index.ts";
import type { Sandbox } from "../../sandbox/index.ts";

const host = "https://login.microsoftonline.com";
const redirectUri = "http://localhost:8787/callback";

let directory: string;
let sandbox: Sandbox;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "sandbox-"));
  sandbox = await createSandbox({ directory });
});
afterEach(() => rm(directory, { recursive: true }));

const control = (path: string, body?: object) =>
  sandbox.fetch(
    new Request(`${host}/_sandbox/${path}`, body && { method: "POST", body: JSON.stringify(body) }),
  );

interface Logged {
  status: number;
  user?: string;
  grant_type?: string;
  started_at: number;
  ended_at?: number;
}
const logged = async () =>
  ((await (await control("requests")).json()) as { requests: Logged[] }).requests;

const post = (fields: Record<string, string>) =>
  sandbox.fetch(
    new Request(`${host}/common/oauth2/v2.0/token`, {
      method: "POST",
      body: new URLSearchParams({
        client_id: CLIENT_ID,
        client_secret: CLIENT_SECRET,
        redirect_uri: redirectUri,
        scope: "User.Read offline_access",
        ...fields,
      }),
    }),
  );

async function signIn(): Promise<{ code: string }> {
  const query = new URLSearchParams({
    client_id: CLIENT_ID,
    response_type: "code",
    redirect_uri: redirectUri,
    scope: "User.Read offline_access",
    sandbox_account: "ada@contoso.example",
    sandbox_decision: "approve",
  });
  const response = await sandbox.fetch(
    new Request(`${host}/common/oauth2/v2.0/authorize?${query}`),
  );
  const location = new URL(response.headers.get("location") ?? "");
  return { code: location.searchParams.get("code") ?? "" };
}

const redeem = (code: string) => post({ grant_type: "authorization_code", code });

describe("the sandbox", () => {
  test("lets a token open Graph at its own host and at a local prefix", async () => {
    const { code } = await signIn();
    const { access_token } = (await (await redeem(code)).json()) as { access_token: string };
    const headers = { authorization: `Bearer ${access_token}` };
    const paths = ["https://graph.microsoft.com/v1.0/me", "http://localhost:8788/graph/v1.0/me"];
    const answers = await Promise.all(
      paths.map((path) => sandbox.fetch(new Request(path, { headers }))),
    );
    expect(answers.map((answer) => answer.status)).toEqual([200, 200]);
    const requests = await logged();
    expect(requests.map((request) => request.user)).toEqual(Array(4).fill("ada@contoso.example"));
  });

  test("loses the answer of work it has done: the code is used up", async () => {
    const { code } = await signIn();
    await control("faults", { match: { grant_type: "authorization_code" }, after_commit: true });
    const lost = await redeem(code);
    expect(lost.headers.get("x-sandbox-fault")).toBe("reset");
    const replay = (await (await redeem(code)).json()) as { error_codes: number[] };
    expect(replay.error_codes).toEqual([54005]);
    expect((await logged()).map((request) => request.status)).toEqual([302, 0, 400]);
  });

  test("answers with any AADSTS code as Entra would, and knows for whom", async () => {
    const { code } = await signIn();
    await control("faults", { match: { url: "/token" }, aadsts: 7000222 });
    const response = await redeem(code);
    const body = (await response.json()) as Record<string, unknown>;
    expect([response.status, body["error"], body["error_codes"]]).toEqual([
      401,
      "invalid_client",
      [7000222],
    ]);
    expect((await logged()).at(-1)).toMatchObject({ status: 401, user: "ada@contoso.example" });
  });

  test("logs when a request began and ended, under a delay too", async () => {
    const { code } = await signIn();
    await control("faults", { match: { url: "/token" }, delay_ms: 60 });
    const flight = redeem(code);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await logged()).at(-1)).toMatchObject({ status: 0, grant_type: "authorization_code" });
    await flight;
    const last = (await logged()).at(-1);
    expect((last?.ended_at ?? 0) - (last?.started_at ?? 0)).toBeGreaterThanOrEqual(59);
  });

  test("finds its keys, consents and revocations again after a restart", async () => {
    const { code } = await signIn();
    const first = (await (await redeem(code)).json()) as Record<string, string>;
    sandbox = await createSandbox({ directory });
    const refresh = () =>
      post({ grant_type: "refresh_token", refresh_token: first["refresh_token"] ?? "" });
    expect((await refresh()).status).toBe(200);
    const headers = { authorization: `Bearer ${first["access_token"]}` };
    const me = await sandbox.fetch(new Request("https://graph.microsoft.com/v1.0/me", { headers }));
    expect(me.status).toBe(200);
    await control("revoke", { user: "ada@contoso.example" });
    sandbox = await createSandbox({ directory });
    expect((await refresh()).status).toBe(400);
    expect((await redeem(code)).status).toBe(400);
  });

  test("begins anew after a reset, the numbers of its log going on", async () => {
    await signIn();
    await control("faults", { aadsts: 50076 });
    await control("reset", {});
    const { code } = await signIn();
    expect((await redeem(code)).status).toBe(200);
    const requests = (await logged()) as (Logged & { seq: number })[];
    expect(requests.map((request) => request.seq)).toEqual([2, 3]);
  });

  test("takes its settings by name and goes back to them at a reset", async () => {
    const settings = async (patch?: object) => {
      const init = patch && { method: "PATCH", body: JSON.stringify(patch) };
      const response = await sandbox.fetch(new Request(`${host}/_sandbox/settings`, init));
      return (await response.json()) as Record<string, unknown>;
    };
    expect(await settings({ app_signing_key: true })).toMatchObject({ app_signing_key: true });
    expect((await settings({ app_signing_keys: true }))["error"]).toContain("app_signing_keys");
    await control("reset", {});
    expect(await settings()).toMatchObject({ app_signing_key: false });
  });

  test("keeps the application's own key beside Entra's", async () => {
    await sandbox.fetch(
      new Request(`${host}/_sandbox/settings`, {
        method: "PATCH",
        body: JSON.stringify({ app_signing_key: true }),
      }),
    );
    const kidOf = async (query: string) => {
      const path = `${host}/common/discovery/v2.0/keys${query}`;
      const response = await sandbox.fetch(new Request(path));
      return ((await response.json()) as { keys: { kid: string }[] }).keys[0]?.kid;
    };
    const [own, common] = [await kidOf(`?appid=${CLIENT_ID}`), await kidOf("")];
    expect(own).not.toBe(common);
    expect(JSON.parse(await readFile(join(directory, "state.json"), "utf8"))).toMatchObject({
      applicationSigning: { thumbprint: own },
      signing: { thumbprint: common },
    });
  });
});
