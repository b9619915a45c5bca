import { beforeEach, describe, expect, it } from "vitest";
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
    const endpoint = authority.endpoint({ clientSecrets: ["old", "new"] });
    authority.reply(expired, Response.json(tokens()), Response.json(tokens()));
    expect((await endpoint.refresh(refresh)).ok).toBe(true);
    expect((await endpoint.refresh(refresh)).ok).toBe(true);
    expect(secretsSent()).toEqual(["old", "new", "new"]);
  });

  it("comes round to the others when the remembered one expires", async () => {
    const endpoint = authority.endpoint({ clientSecrets: ["a", "b"] });
    authority.reply(wrong, Response.json(tokens()), expired, Response.json(tokens()));
    await endpoint.refresh(refresh);
    expect((await endpoint.refresh(refresh)).ok).toBe(true);
    expect(secretsSent()).toEqual(["a", "b", "b", "a"]);
  });

  it("tries each once when all are refused, and blames the app", async () => {
    const endpoint = authority.endpoint({ clientSecrets: ["a", "b"] });
    authority.reply(wrong, expired);
    expect(failureOf(await endpoint.refresh(refresh))).toMatchObject({
      codes: [7000222],
      disposition: { action: "fix_app", latch: "app" },
    });
    expect(secretsSent()).toEqual(["a", "b"]);
  });

  it.each([
    ["a revoked grant", () => Response.json(refusal(50173), { status: 400 })],
    [
      "a wrong certificate",
      () => Response.json(refusal(700027, { error: "invalid_client" }), { status: 401 }),
    ],
    ["an outage", () => new Response("", { status: 503 })],
  ])("does not try another for %s", async (_what, reply) => {
    authority.reply(reply);
    expect((await authority.endpoint({ clientSecrets: ["a", "b"] }).refresh(refresh)).ok).toBe(
      false,
    );
    expect(secretsSent()).toEqual(["a"]);
  });
});
