import { describe, expect, test } from "vitest";
import { failure, markedResponse } from "../../../src/contract/errors.ts";
import { GraphSession } from "../../../src/graph/session.ts";
import { Subscriptions } from "../../../src/graph/subscriptions.ts";
import { createTransport } from "../../../src/http/transport.ts";
import { throughConnection } from "../../../src/http/upstream-error.ts";

const endpoint = "https://graph.microsoft.com";
const now = Date.UTC(2026, 10, 28, 12);

interface Sent {
  method: string;
  path: string;
  body: unknown;
}

/** Subscriptions over a Graph that answers one thing after the other. */
function subscriptionsOf(...answers: (Response | Error)[]) {
  const sent: Sent[] = [];
  const transport = createTransport({
    peer: throughConnection,
    now: () => now,
    budgetMs: 0,
    fetch: async (url, init) => {
      const text = typeof init.body === "string" ? init.body : "";
      const path = url.slice(endpoint.length);
      sent.push({ method: init.method ?? "GET", path, body: text && JSON.parse(text) });
      const answer = answers.shift();
      if (answer instanceof Response) return answer;
      throw answer ?? new Error("nothing more was scripted");
    },
  });
  const session = new GraphSession(transport, { endpoint, version: "v1.0", user: undefined });
  return { subscriptions: new Subscriptions(session, () => now, 20), sent };
}

const request = {
  changeTypes: ["created", "updated"],
  notificationUrl: "https://azure.example.com/notifications?watch=t",
  lifecycleNotificationUrl: "https://azure.example.com/notifications?watch=t",
  resource: "me/messages",
  expiresAt: now + 3_600_000,
  clientState: "secret",
};
const errorAnswer = (status: number, code: string, message = "No.") =>
  Response.json({ error: { code, message } }, { status });

/** An answer that has begun, and does not go on. */
const stalled = (status: number, begun: string) =>
  new Response(
    new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode(begun)),
    }),
    { status },
  );
const oddSiblings = { id: "s1", expirationDateTime: 9_999, notificationUrl: { __proto__: null } };

describe("a subscription", () => {
  test("that brings items is asked for, and renewed, with a certificate to encrypt them for", async () => {
    const answer = () => Response.json({ id: "s1" });
    const { subscriptions, sent } = subscriptionsOf(answer(), answer(), answer());
    const encryption = { certificate: "MIIC", id: "k1" };
    await subscriptions.create({ ...request, encryption });
    await subscriptions.renew("s1", now, { certificate: "MIID", id: "k2" });
    await subscriptions.renew("s1", now);
    expect(sent.map(({ body }) => body)).toMatchObject([
      {
        includeResourceData: true,
        encryptionCertificate: "MIIC",
        encryptionCertificateId: "k1",
      },
      {
        expirationDateTime: new Date(now).toISOString(),
        encryptionCertificate: "MIID",
        encryptionCertificateId: "k2",
      },
      {},
    ]);
    expect(sent[2]?.body).toEqual({ expirationDateTime: new Date(now).toISOString() });
  });

  test("is asked for with its address, end and secret", async () => {
    const { subscriptions, sent } = subscriptionsOf(
      Response.json(
        {
          id: "s1",
          expirationDateTime: "2026-11-28T13:00:00Z",
          notificationUrl: "https://x/",
          odd: 1,
        },
        { status: 201 },
      ),
    );
    expect(await subscriptions.create(request)).toEqual({
      kind: "kept",
      subscription: {
        id: "s1",
        expirationDateTime: "2026-11-28T13:00:00Z",
        notificationUrl: "https://x/",
      },
    });
    expect(sent).toEqual([
      {
        method: "POST",
        path: "/v1.0/subscriptions",
        body: {
          changeType: "created,updated",
          notificationUrl: request.notificationUrl,
          lifecycleNotificationUrl: request.lifecycleNotificationUrl,
          resource: "me/messages",
          expirationDateTime: "2026-11-28T13:00:00.000Z",
          clientState: "secret",
        },
      },
    ]);
  });

  test.each<[string, () => Response | Error, string]>([
    ["409", () => errorAnswer(409, "Conflict"), "duplicate"],
    ["404", () => errorAnswer(404, "ResourceNotFound"), "gone"],
    ["410", () => errorAnswer(410, "Gone"), "gone"],
    ["400 ValidationError", () => errorAnswer(400, "ValidationError"), "unvalidated"],
    [
      "400 of the older words",
      () => errorAnswer(400, "InvalidRequest", "Subscription validation request timed out."),
      "unvalidated",
    ],
    ["400", () => errorAnswer(400, "ExtensionError", "expirationDateTime is too far."), "invalid"],
    ["400 of HTML", () => new Response("<html>", { status: 400 }), "invalid"],
    [
      "403 of a quota",
      () => errorAnswer(403, "ExtensionError", "The subscription limit has been reached."),
      "quota",
    ],
    ["403 of a code of quota", () => errorAnswer(403, "QuotaExceeded"), "quota"],
    ["403", () => errorAnswer(403, "AccessDenied"), "forbidden"],
    ["429", () => errorAnswer(429, "TooManyRequests"), "failed"],
    ["503", () => errorAnswer(503, "ServiceUnavailable"), "failed"],
    ["200 without an id", () => Response.json({ expirationDateTime: "x" }), "failed"],
    ["200 of another", () => Response.json({ id: "s2" }), "failed"],
    ["200 of the same in capitals", () => Response.json({ id: "S1" }), "kept"],
    ["200 with an id of 10 KB", () => Response.json({ id: "s".repeat(10_000) }), "failed"],
    ["200 of half a body", () => new Response('{"id":"s1"'), "failed"],
    ["200 of a body that stalls", () => stalled(200, '{"id":"s1"'), "failed"],
    ["404 of a body that stalls", () => stalled(404, '{"err'), "gone"],
    ["403 of a body that stalls", () => stalled(403, ""), "forbidden"],
    ["200 with odd siblings of the id", () => Response.json(oddSiblings), "kept"],
    ["200 of HTML", () => new Response("<html>"), "failed"],
    ["no answer", () => new TypeError("network"), "failed"],
    [
      "a 403 of the connection itself",
      () =>
        markedResponse(failure("forbidden", "No."), {
          error: { code: "forbidden", message: "No." },
        }),
      "failed",
    ],
  ])("that Graph answers with %s is %s", async (_, answer, kind) => {
    const { subscriptions } = subscriptionsOf(answer());
    expect((await subscriptions.renew("s1", now)).kind).toBe(kind);
  });

  test("may be there when the answer to its creation was lost or cannot be read", async () => {
    for (const answer of [new TypeError("network"), new Response("<html>", { status: 201 })]) {
      const { subscriptions } = subscriptionsOf(answer);
      const created = await subscriptions.create(request);
      expect(created.kind === "failed" && created.reason.details?.outcome).toBe("unknown");
    }
  });

  test("is gone where Graph knows it no more, and not where the connection refuses to ask", async () => {
    const own = failure("action_required", "Sign in.");
    const { subscriptions, sent } = subscriptionsOf(
      new Response(null, { status: 204 }),
      errorAnswer(404, "ResourceNotFound"),
      markedResponse(own, { error: { code: own.code, message: own.message } }),
    );
    const outcomes = [];
    for (let count = 0; count < 3; count += 1)
      outcomes.push((await subscriptions.remove("a/b")).ok);
    expect(outcomes).toEqual([true, true, false]);
    expect(sent[0]?.path).toBe("/v1.0/subscriptions/a%252Fb");
  });

  test("has its id in the path, whatever the id is", async () => {
    const { subscriptions, sent } = subscriptionsOf();
    expect((await subscriptions.get("..")).kind).toBe("failed");
    expect(sent).toEqual([]);
  });
});

describe("the list of subscriptions", () => {
  test("is read to its end, and one that is odd does not void the others", async () => {
    const next = `${endpoint}/v1.0/subscriptions?$skiptoken=2`;
    const { subscriptions, sent } = subscriptionsOf(
      Response.json({
        value: [{ id: "s1", notificationUrl: 7 }, { id: 2 }, null],
        "@odata.nextLink": next,
      }),
      Response.json({ value: [{ id: "s3", notificationUrl: "https://x/", clientState: null }] }),
    );
    expect(await subscriptions.list()).toEqual({
      ok: true,
      value: [{ id: "s1" }, { id: "s3", notificationUrl: "https://x/" }],
    });
    expect(sent.map(({ path }) => path)).toEqual([
      "/v1.0/subscriptions",
      "/v1.0/subscriptions?$skiptoken=2",
    ]);
  });

  test("is not believed where it is none", async () => {
    const { subscriptions } = subscriptionsOf(Response.json({ value: "none" }));
    expect((await subscriptions.list()).ok).toBe(false);
  });
});
