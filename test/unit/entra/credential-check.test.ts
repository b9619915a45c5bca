import { beforeEach, describe, expect, it } from "vitest";
import { secretCredentials } from "../../support/credentials.ts";
import { clouds } from "../../../src/entra/cloud.ts";
import { checkCredential } from "../../../src/entra/credential-check.ts";
import { Authority, clientId, contoso, now, refusal } from "./authority.ts";

let authority: Authority;
beforeEach(() => {
  authority = new Authority();
});

const [credential] = secretCredentials("s3cr3t");
if (credential === undefined) throw new Error("no secret");

const check = () =>
  checkCredential({
    cloud: clouds.global,
    clientId,
    credential,
    tenant: contoso,
    fetch: authority.fetch,
    now: () => now,
  });

const refused = (code: number, error: string, status: number) =>
  Response.json(refusal(code, { error }), { status });

describe("a client secret that is checked", () => {
  it("works when it brings a token", async () => {
    authority.reply(
      Response.json({ token_type: "Bearer", expires_in: 3599, access_token: "the-access-token" }),
    );
    expect(await check()).toEqual({ works: true });
  });

  it.each([
    [
      "has expired",
      () => refused(7000222, "invalid_client", 401),
      { works: false, aadsts: 7000222 },
    ],
    ["is wrong", () => refused(7000215, "invalid_client", 401), { works: false, aadsts: 7000215 }],
    [
      "is refused without a code",
      () => Response.json({ error: "invalid_client" }, { status: 401 }),
      { works: false },
    ],
  ])("does not work when it %s", async (_what, reply, expected) => {
    authority.reply(reply);
    expect(await check()).toEqual(expected);
  });

  it.each([
    ["an overloaded service that blames it", () => refused(7000222, "invalid_client", 503)],
    ["a tenant without the application", () => refused(7000229, "invalid_client", 401)],
    ["a code of tomorrow", () => refused(7999999, "invalid_client", 401)],
    ["an answer that cannot be used", () => Response.json({ access_token: "a\r\nb" })],
    ["a page", () => new Response("<html>", { status: 502 })],
    ["no answer", () => Promise.reject(new TypeError("refused"))],
  ])("is neither by %s", async (_what, reply) => {
    authority.reply(reply);
    expect(await check()).toMatchObject({ works: null });
  });
});
