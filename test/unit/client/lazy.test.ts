import { describe, expect, it } from "vitest";
import { azure, type ConnectionStub } from "../../../src/client/index.ts";

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
