import { beforeEach, describe, expect, it } from "vitest";
import { secretCredentials } from "../../support/credentials.ts";
import { Authority, failureOf, refresh, refusal, tokens } from "./authority.ts";

let authority: Authority;
beforeEach(() => {
  authority = new Authority();
});

describe("several secrets", () => {
  const expired = () =>
    Response.json(refusal(7000222, { error: "invalid_client" }), { status: 401 });
  const wrong = () => Response.json(refusal(7000215, { error: "invalid_client" }), { status: 401 });
  const secretsSent = () => authority.sent.map(({ form }) => form.get("client_secret"));

  it("tries the next when one is refused, and begins with the one that worked", async () => {
    const endpoint = authority.endpoint({ credentials: secretCredentials("old", "new") });
    authority.reply(expired, Response.json(tokens()), Response.json(tokens()));
    expect((await endpoint.refresh(refresh)).ok).toBe(true);
    expect((await endpoint.refresh(refresh)).ok).toBe(true);
    expect(secretsSent()).toEqual(["old", "new", "new"]);
  });

  it("comes round to the others when the remembered one expires", async () => {
    const endpoint = authority.endpoint({ credentials: secretCredentials("a", "b") });
    authority.reply(wrong, Response.json(tokens()), expired, Response.json(tokens()));
    await endpoint.refresh(refresh);
    expect((await endpoint.refresh(refresh)).ok).toBe(true);
    expect(secretsSent()).toEqual(["a", "b", "b", "a"]);
  });

  it.each([
    ["without a code", { error: "invalid_client" }],
    ["with the code of any credential", { error: "invalid_client", error_codes: [70002] }],
    ["with its code in prose", { error: "invalid_client", error_description: "AADSTS7000215: x" }],
    ["with its code as text", { error: "invalid_request", error_codes: ["7000222"] }],
  ])("tries the next when one is refused %s", async (_what, body) => {
    authority.reply(Response.json(body, { status: 401 }), Response.json(tokens()));
    const endpoint = authority.endpoint({ credentials: secretCredentials("old", "new") });
    expect((await endpoint.refresh(refresh)).ok).toBe(true);
    expect(secretsSent()).toEqual(["old", "new"]);
    const ids = authority.sent.map(({ headers }) => headers.get("client-request-id"));
    expect(ids[1]).toBe(ids[0]);
  });

  it.each([
    7000215, 7000222, 700021, 700027, 50012, 50027, 5002730, 5002738, 70021, 700211, 700212, 700213,
    7002137, 7002138, 700222, 700229, 7000272, 90061, 501661,
  ])("tries the next when one is refused by AADSTS%i", async (code) => {
    const refused = refusal(code, { error: "invalid_client" });
    authority.reply(Response.json(refused, { status: 401 }), Response.json(tokens()));
    const endpoint = authority.endpoint({ credentials: secretCredentials("old", "new") });
    expect((await endpoint.refresh(refresh)).ok).toBe(true);
    expect(secretsSent()).toEqual(["old", "new"]);
  });

  it("tries each once when all are refused, and blames the app", async () => {
    const endpoint = authority.endpoint({ credentials: secretCredentials("a", "b") });
    authority.reply(wrong, expired);
    expect(failureOf(await endpoint.refresh(refresh))).toMatchObject({
      codes: [7000222],
      disposition: { action: "fix_app", latch: "app" },
    });
    expect(secretsSent()).toEqual(["a", "b"]);
  });

  it.each([
    ["a revoked grant", () => Response.json(refusal(50173), { status: 400 })],
    ["an outage", () => new Response("", { status: 503 })],
    [
      "an outage that blames the secret",
      () => Response.json(refusal(7000222, { error: "invalid_client" }), { status: 503 }),
    ],
    [
      "a tenant that has removed the app",
      () => Response.json(refusal(7000229, { error: "invalid_client" }), { status: 401 }),
    ],
    [
      "a code of tomorrow",
      () => Response.json(refusal(7999999, { error: "invalid_client" }), { status: 401 }),
    ],
  ])("does not try another for %s", async (_what, reply) => {
    authority.reply(reply);
    expect(
      (await authority.endpoint({ credentials: secretCredentials("a", "b") }).refresh(refresh)).ok,
    ).toBe(false);
    expect(secretsSent()).toEqual(["a"]);
  });
});
