import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
import { clockOfEachTest } from "./support/clock.ts";
import { actorOf, connected, expectOk, newUser, signIn } from "./support/connections.ts";
import { sandbox } from "./support/sandbox.ts";

const me = "https://graph.microsoft.com/v1.0/me";
const tokenUrl = "/oauth2/v2.0/token";

const clock = clockOfEachTest();

/** Work that never goes on, because its object died. */
const dead = () => new Promise<never>(() => {});

/**
 * Where a refresh awaits, each as a way to die there. `armed` is called by the code of the object, so
 * that `abort` runs inside it.
 */
const awaits: readonly [string, (abort: () => void) => void][] = [
  [
    "while the refresh token is decrypted",
    (abort) => {
      vi.spyOn(crypto.subtle, "decrypt").mockImplementationOnce(() => {
        abort();
        return dead();
      });
    },
  ],
  [
    "before the POST",
    (abort) => {
      onTokenPost(() => {
        abort();
        return dead();
      });
    },
  ],
  [
    "after the POST, before its answer is read",
    (abort) => {
      onTokenPost(async (send) => {
        await send();
        abort();
        return dead();
      });
    },
  ],
  [
    "while the answer is read",
    (abort) => {
      onTokenPost(async (send) => {
        const response = await send();
        const body = new ReadableStream({
          pull() {
            abort();
            return dead();
          },
        });
        return new Response(body, response);
      });
    },
  ],
  [
    "while the access token is encrypted",
    (abort) => {
      vi.spyOn(crypto.subtle, "encrypt").mockImplementationOnce(() => {
        abort();
        return dead();
      });
    },
  ],
  [
    "while the refresh token is encrypted, before the commit",
    (abort) => {
      const encrypt = crypto.subtle.encrypt.bind(crypto.subtle);
      vi.spyOn(crypto.subtle, "encrypt")
        .mockImplementationOnce(encrypt)
        .mockImplementationOnce(() => {
          abort();
          return dead();
        });
    },
  ],
];

function onTokenPost(answer: (send: () => Promise<Response>) => Promise<Response>): void {
  const send = globalThis.fetch.bind(globalThis);
  let died = false;
  vi.spyOn(globalThis, "fetch").mockImplementation((input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (died || !url.includes(tokenUrl)) return send(input, init);
    died = true;
    return answer(() => send(input, init));
  });
}

/** A connection whose Graph token has expired, in an object that holds no secret in memory. */
async function expiredConnection() {
  const { id, stub } = await connected();
  await (await stub.fetch(me)).arrayBuffer();
  await runInDurableObject(stub, (_, state) => state.abort("restart")).catch(() => undefined);
  await clock.advance(4_000);
  const again = actorOf(id);
  const { generation } = expectOk(await again.info()).resources[0] ?? { generation: -1 };
  return { id, stub: again, generation };
}

/** Lets the object die at one await of the refresh that a call starts. */
async function dieDuringRefresh(
  stub: ReturnType<typeof actorOf>,
  at: (abort: () => void) => void,
): Promise<void> {
  let aborted = false;
  await runInDurableObject(stub, (_, state) => {
    at(() => {
      aborted = true;
      state.abort("crash");
    });
  });
  const failure = await stub.fetch(me).then(
    () => undefined,
    (error: unknown) => error,
  );
  vi.restoreAllMocks();
  expect(aborted).toBe(true);
  expect(failure).toBeDefined();
}

const refreshes = async (stub: ReturnType<typeof actorOf>) =>
  expectOk(await stub.events()).events.filter(({ type }) => type === "token.refreshed");

describe.each(awaits)("an object that dies %s", (_, at) => {
  test("heals by its alarm, without a caller, and emits one refresh", async () => {
    const { id, stub, generation } = await expiredConnection();
    await dieDuringRefresh(stub, at);
    const woken = actorOf(id);
    // The alarm that was set with the intent, or that the expired token in use is due for.
    await runDurableObjectAlarm(woken);
    await expect.poll(async () => (await refreshes(woken)).length).toBe(1);
    const info = expectOk(await woken.info());
    expect(info.status).toBe("active");
    expect(info.resources.some((resource) => resource.generation > generation)).toBe(true);
    expect((await woken.fetch(me)).status).toBe(200);
    expect(await refreshes(woken)).toHaveLength(1);
    const { events } = expectOk(await woken.events());
    expect(events.map(({ seq }) => seq)).toEqual(events.map((__, index) => index + 1));
  });

  test("heals by the next call", async () => {
    const { id, stub } = await expiredConnection();
    await dieDuringRefresh(stub, at);
    const woken = actorOf(id);
    expect((await woken.fetch(me)).status).toBe(200);
    expect((await woken.fetch(me)).status).toBe(200);
    await runDurableObjectAlarm(woken);
    expect(await refreshes(woken)).toHaveLength(1);
    await runInDurableObject(woken, (__, state) => {
      expect(state.storage.sql.exec("SELECT * FROM refresh_intent").toArray()).toEqual([]);
    });
  });
});

test("a stale answer that arrives after a disconnect changes nothing", async () => {
  const { stub } = await expiredConnection();
  await sandbox.fault({ match: { url: tokenUrl }, times: 1, delay_ms: 400 });
  const call = stub.fetch(me);
  await expect.poll(async () => (await sandbox.tokenPosts()).at(-1)?.ended_at).toBeUndefined();
  expect(expectOk(await stub.disconnect()).status).toBe("disconnected");
  expect((await call).status).toBe(424);
  const info = expectOk(await stub.info());
  expect(info).toMatchObject({ status: "disconnected", resources: [], scopes: [] });
  expect(info.identity).toBeUndefined();
});

describe("an object that dies while a sign-in is confirmed", () => {
  test("knows the flow after it, and connects once", async () => {
    const id = `user:${newUser()}`;
    const completion = expectOk(
      await signIn(actorOf(id), undefined, {
        start: "server",
        returnUrl: "https://app.example/done",
      }),
    );
    if (completion.outcome !== "confirmation_required") throw new Error(completion.outcome);
    const { flow } = completion;
    await runInDurableObject(actorOf(id), (_, state) => {
      vi.spyOn(crypto.subtle, "encrypt").mockImplementationOnce(() => {
        state.abort("crash");
        return dead();
      });
    });
    const failure = await actorOf(id)
      .confirmAuthorization({ flow })
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    vi.restoreAllMocks();
    expect(failure).toBeDefined();
    const woken = actorOf(id);
    expect(expectOk(await woken.info()).status).toBe("pending");
    expect(expectOk(await woken.confirmAuthorization({ flow })).status).toBe("active");
    expect(await woken.confirmAuthorization({ flow })).toMatchObject({
      ok: false,
      error: { code: "not_found" },
    });
  });
});
