import { beforeEach, describe, expect, test } from "vitest";
import { Chaos } from "../../sandbox/chaos/chaos.ts";
import { upstreamOf, upstreams, type Asked } from "../../sandbox/chaos/upstreams.ts";
import { placeOf } from "../../sandbox/hosts.ts";
import { createSandbox, type Sandbox } from "../../sandbox/index.ts";

const asked = (method: string, url: string): Asked => {
  const place = placeOf(new URL(url));
  if (!place) throw new Error(`nobody answers for ${url}`);
  return { ...place, method };
};
const mail = asked("GET", "https://graph.microsoft.com/v1.0/me/messages");
const groups = asked("GET", "https://management.azure.com/subscriptions/1/resourceGroups");

const drawn = (chaos: Chaos, count: number, what = mail) =>
  Array.from({ length: count }, () => chaos.next(what)?.name);

describe("chaos", () => {
  test("plays the same to the same requests, by its seed", () => {
    const by = (seed: string) => drawn(new Chaos({ chaos: seed, chaos_share: 0.3 }), 200);
    expect(by("7")).toEqual(by("7"));
    expect(by("7")).not.toEqual(by("8"));
    const odd = by("7").filter((name) => name !== undefined);
    expect(odd.length).toBeGreaterThan(30);
    expect(odd.length).toBeLessThan(90);
    expect(new Set(odd).size).toBeGreaterThan(15);
  });

  test("plays the same whatever else is asked meanwhile", () => {
    const settings = { chaos: "7", chaos_share: 0.5 };
    const alone = drawn(new Chaos(settings), 20);
    const chaos = new Chaos(settings);
    const mixed = alone.map(() => {
      drawn(chaos, 3, groups);
      return chaos.next(mail)?.name;
    });
    expect(mixed).toEqual(alone);
  });

  test("does not depend on ids that each run makes anew", () => {
    const settings = { chaos: "7", chaos_share: 0.5 };
    const [one, other] = [new Chaos(settings), new Chaos(settings)];
    const some = () => ({ ...mail, path: `/v1.0/me/messages/${crypto.randomUUID()}` });
    const names = Array.from({ length: 30 }, () => [
      one.next(some())?.name,
      other.next(some())?.name,
    ]);
    expect(names.filter(([first, second]) => first !== second)).toEqual([]);
    expect(names.some(([first]) => first !== undefined)).toBe(true);
  });

  test("begins anew when it is told to, and with another seed", () => {
    const settings: { chaos: string | null; chaos_share: number } = {
      chaos: "7",
      chaos_share: 0.5,
    };
    const chaos = new Chaos(settings);
    const first = drawn(chaos, 20);
    expect(drawn(chaos, 20)).not.toEqual(first);
    chaos.restart();
    expect(drawn(chaos, 20)).toEqual(first);
    settings.chaos = "8";
    drawn(chaos, 20);
    settings.chaos = "7";
    expect(drawn(chaos, 20)).toEqual(first);
  });

  test("plays nothing without a seed or a share, and always with the whole of it", () => {
    const names = (chaos: string | null, chaos_share: number) =>
      drawn(new Chaos({ chaos, chaos_share }), 50).filter((name) => name !== undefined).length;
    expect(names(null, 1)).toBe(0);
    expect(names("7", 0)).toBe(0);
    expect(names("7", 1)).toBe(50);
  });
});

describe("a request", () => {
  const graph = "https://graph.microsoft.com/v1.0";
  const arm = "https://management.azure.com";
  const login = "https://login.microsoftonline.com/common";
  test.each([
    ["POST", `${login}/oauth2/v2.0/token`, "the token endpoint"],
    ["POST", "http://localhost:8788/common/oauth2/v2.0/token", "the token endpoint"],
    ["GET", `${login}/discovery/v2.0/keys`, "the signing keys"],
    ["GET", `${login}/oauth2/v2.0/authorize`, undefined],
    ["POST", `${login}/login`, undefined],
    ["GET", `${login}/oauth2/v2.0/logout`, undefined],
    ["GET", `${login}/v2.0/.well-known/openid-configuration`, undefined],
    ["POST", `${graph}/$batch`, "a batch of Graph"],
    ["GET", `${graph}/me/mailFolders/inbox/messages/delta`, "a delta of Graph"],
    ["GET", `${graph}/me/messages?$top=1`, "a list of Graph"],
    ["GET", "http://localhost:8788/graph/v1.0/me/messages", "a list of Graph"],
    ["GET", `${graph}/me/messages/AAMk`, "one item of Graph"],
    ["GET", `${graph}/me`, "one item of Graph"],
    ["PATCH", `${graph}/me/messages/AAMk`, "a write of Graph"],
    ["GET", "https://contoso-my.sharepoint.com/x", "the contents of a file"],
    ["GET", `${arm}/subscriptions`, "a list of ARM"],
    ["GET", `${arm}/subscriptions/1/resourceGroups/g/providers/A.B/c`, "a list of ARM"],
    ["GET", `${arm}/subscriptions/1/resourceGroups/g`, "one resource of ARM"],
    ["GET", `${arm}/subscriptions/1/providers/A.B`, "the providers of ARM"],
    ["GET", `${arm}/subscriptions/1/providers/A.B/locations/l/operations/o`, "an operation of ARM"],
    ["PUT", `${arm}/subscriptions/1/resourceGroups/g`, "a write of ARM"],
    ["GET", "https://contoso-kv.vault.azure.net/secrets", "a vault"],
    ["GET", "https://contoso.blob.core.windows.net/c/b", "a blob"],
    ["GET", "http://localhost:8788/_sandbox/requests", undefined],
  ])("%s %s goes to %s", (method, url, name) => {
    expect(upstreamOf(asked(method, url))).toBe(name);
  });

  test("goes to each upstream there is", () => {
    expect(Object.keys(upstreams).length).toBe(15);
  });
});

describe("the sandbox under chaos", () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await createSandbox({ settings: { chaos: "7", chaos_share: 1 } });
  });
  const ask = (path: string, init?: RequestInit) =>
    sandbox.fetch(new Request(`https://graph.microsoft.com${path}`, init));
  const log = async () => {
    const { requests } = (await (await ask("/_sandbox/requests")).json()) as {
      requests: { odd?: string; status: number }[];
    };
    return requests;
  };
  const set = (settings: object) =>
    ask("/_sandbox/settings", { method: "PATCH", body: JSON.stringify(settings) });

  test("logs what it played, and plays it again after a reset", async () => {
    const play = async () => {
      for (let call = 0; call < 10; call += 1) await ask("/v1.0/me");
      return (await log()).map(({ odd, status }) => ({ odd, status }));
    };
    const first = await play();
    expect(first.every(({ odd }) => odd !== undefined)).toBe(true);
    await ask("/_sandbox/reset", { method: "POST" });
    expect(await play()).toEqual(first);
  });

  test("ends it by a setting, until a reset sets back what it was started with", async () => {
    await set({ chaos: null });
    expect((await ask("/v1.0/me")).status).toBe(401);
    expect((await log())[0]).not.toHaveProperty("odd");
    await set({ chaos: 9 });
    expect(await (await ask("/_sandbox/settings")).json()).toMatchObject({ chaos: "9" });
    await ask("/_sandbox/reset", { method: "POST" });
    expect(await (await ask("/_sandbox/settings")).json()).toMatchObject({
      chaos: "7",
      chaos_share: 1,
    });
  });

  test("gives a fault that was asked for first", async () => {
    await ask("/_sandbox/faults", {
      method: "POST",
      body: JSON.stringify({ match: { url: "/me" }, respond: { status: 507 } }),
    });
    expect((await ask("/v1.0/me")).status).toBe(507);
    expect((await log())[0]).not.toHaveProperty("odd");
  });

  test.each([
    ["chaos", ""],
    ["chaos", {}],
    ["chaos", true],
    ["chaos_share", 1.5],
    ["chaos_share", "1"],
  ])("refuses the %s %j by name", async (name, value) => {
    const answer = await set({ [name]: value });
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringContaining(`"${name}: `),
    ]);
  });
});
