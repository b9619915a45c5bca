import { describe, expect, it } from "vitest";
import { ArmClient } from "../../../src/arm/index.ts";
import {
  azure,
  AzureConnectionCredential,
  AzureError,
  type ConnectionStub,
} from "../../../src/client/index.ts";
import { errorStatuses, failure, type Failure } from "../../../src/contract/errors.ts";
import { GraphClient } from "../../../src/graph/index.ts";

/** A stub of which only what a test needs is there. */
function stub(parts: Partial<ConnectionStub>): ConnectionStub {
  const absent = async (): Promise<never> => {
    throw new Error("not part of this test");
  };
  return {
    fetch: absent,
    info: absent,
    beginAuthorization: absent,
    completeAuthorization: absent,
    confirmAuthorization: absent,
    import: absent,
    accessToken: absent,
    refresh: absent,
    disconnect: absent,
    events: absent,
    watch: absent,
    unwatch: absent,
    watches: absent,
    changes: absent,
    ...parts,
  };
}

/** The platform's trap: a pipelined result serves calls only until it has resolved. */
const binding = (make: () => ConnectionStub) => {
  const asked: unknown[] = [];
  return {
    asked,
    connection: (who: { userId: string; label?: string }) => {
      asked.push(who);
      return Promise.resolve(make());
    },
  };
};

describe("azure", () => {
  it("asks for nothing before the first use, and once for all uses", async () => {
    const urls: string[] = [];
    const service = binding(() =>
      stub({
        fetch: async (input) => {
          urls.push(String(input));
          return new Response("ok");
        },
      }),
    );
    const ada = azure(service, { userId: "ada", label: "work" });
    expect(service.asked).toEqual([]);
    await ada.fetch("https://graph.microsoft.com/v1.0/me");
    await Promise.all([ada.fetch("https://a.example/1"), ada.fetch("https://a.example/2")]);
    expect(service.asked).toEqual([{ userId: "ada", label: "work" }]);
    expect(urls).toHaveLength(3);
  });

  it("hands the arguments and the answer of RPC methods through", async () => {
    const token = { token: "t", expires_at: "2026-11-24T00:00:00Z", generation: 3 };
    const ada = azure(
      binding(() =>
        stub({
          accessToken: async (request) => {
            expect(request).toEqual({ resource: "vault", staleGeneration: 2 });
            return { ok: true, value: token };
          },
        }),
      ),
      { userId: "ada" },
    );
    expect(await ada.accessToken({ resource: "vault", staleGeneration: 2 })).toEqual({
      ok: true,
      value: token,
    });
  });

  /** What a sibling sees of an error that crossed RPC: no class, its own properties. */
  const crossed = (reason: Failure) =>
    Object.assign(new Error(reason.message), { ...reason, status: errorStatuses[reason.code] });

  it.each([
    failure("app_misconfigured", "SESSION_SECRET is short.", {
      request_id: "r",
      details: { variable: "SESSION_SECRET" },
    }),
    failure("forbidden", "This credential lacks the scope arm:read.", {
      details: { reason: "missing_scope", scope: "arm:read" },
    }),
    failure("internal_error", "Something went wrong here."),
    failure("invalid_request", "userId: must be 1 to 128.", { details: { field: "userId" } }),
  ])("fails as a stub does where none is to be had: %o", async (reason) => {
    let asked = 0;
    const ada = azure(
      {
        connection: () => {
          asked += 1;
          return Promise.reject(crossed(reason));
        },
      },
      { userId: "ada" },
    );
    const answer = await ada.fetch("https://graph.microsoft.com/v1.0/me");
    expect(answer.status).toBe(errorStatuses[reason.code]);
    expect(answer.headers.get("x-azure-error")).toBe(reason.code);
    const { code, message, request_id: requestId, ...rest } = reason;
    const innerError = { code, ...rest, ...(requestId && { "request-id": requestId }) };
    expect(await answer.json()).toMatchObject({ error: { code, message, innerError } });
    expect(await ada.info()).toEqual({ ok: false, error: reason });
    expect(await ada.accessToken({ resource: "arm" })).toEqual({ ok: false, error: reason });

    asked = 0;
    const now = Date.now();
    const clock = { now: () => now, sleep: () => Promise.reject(new Error("it waited")) };
    const graph = await new GraphClient(ada, clock).users.me().catch((e: unknown) => e);
    expect(graph).toMatchObject({ ...reason, status: errorStatuses[reason.code] });
    const arm = await new ArmClient(ada, clock).subscriptions
      .get("aaaaaaaa-1111-4000-8000-000000000001")
      .catch((e: unknown) => e);
    expect(arm).toMatchObject(reason);
    const token = await new AzureConnectionCredential(ada)
      .getToken("https://vault.azure.net/.default")
      .catch((e: unknown) => e);
    expect(token).toMatchObject(reason);
    expect(token).toBeInstanceOf(AzureError);
    expect(asked).toBe(3);
  });

  it.each([
    Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }),
    new TypeError("The RPC receiver does not implement the method"),
    "text",
  ])("leaves an error of the platform's as it is: %s", async (thrown) => {
    const ada = azure({ connection: () => Promise.reject(thrown) }, { userId: "ada" });
    expect(await ada.info().catch((e: unknown) => e)).toBe(thrown);
  });

  it.each([
    ["none", undefined],
    [
      "another entrypoint",
      {
        connection: () =>
          Promise.reject(
            new TypeError('The RPC receiver does not implement the method "connection".'),
          ),
      },
    ],
  ])("names the sibling's own mistake at once where its binding is %s", async (found, service) => {
    const reason = {
      code: "app_misconfigured",
      message: expect.stringMatching(`AzureService; it got ${found}:`),
      details: { reason: "missing_binding" },
    };
    const ada = azure(service, { userId: "ada" });
    expect(await ada.info()).toEqual({ ok: false, error: reason });
    const sleep = () => Promise.reject(new Error("it waited"));
    const me = new GraphClient(ada, { sleep }).users.me();
    expect(await me.catch((e: unknown) => e)).toMatchObject({ ...reason, status: 503 });
  });

  it("asks for another stub after one threw", async () => {
    let made = 0;
    const service = binding(() => {
      made += 1;
      const broken = made === 1;
      return stub({
        fetch: async () => {
          if (broken) throw new Error("The object was reset.");
          return new Response("ok");
        },
      });
    });
    const ada = azure(service, { userId: "ada" });
    const error = await ada.fetch("https://a.example/").catch((e: unknown) => e);
    expect(error).toEqual(new Error("The object was reset."));
    expect((await ada.fetch("https://a.example/")).status).toBe(200);
    expect(service.asked).toHaveLength(2);
  });
});
