import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CONTOSO_TENANT } from "../../sandbox/constants.ts";
import { createSandbox } from "../../sandbox/index.ts";
import type { Sandbox } from "../../sandbox/index.ts";
import { startSandboxServer } from "../../sandbox/server.ts";
import type { SandboxServer } from "../../sandbox/server.ts";

/** One request to every service that the Worker calls. */
const upstreams: [name: string, url: string, method: string][] = [
  ["token endpoint", "https://login.microsoftonline.com/common/oauth2/v2.0/token", "POST"],
  ["sign-in page", "https://login.microsoftonline.com/common/oauth2/v2.0/authorize", "GET"],
  ["keys", `https://login.microsoftonline.com/${CONTOSO_TENANT}/discovery/v2.0/keys`, "GET"],
  [
    "discovery",
    "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration",
    "GET",
  ],
  ["Graph", "https://graph.microsoft.com/v1.0/me", "GET"],
  ["a batch of Graph's", "https://graph.microsoft.com/v1.0/$batch", "POST"],
  ["file contents", "https://contoso-my.sharepoint.com/download/x", "GET"],
  ["Resource Manager", "https://management.azure.com/subscriptions?api-version=2022-12-01", "GET"],
  ["a vault", "https://contoso-kv.vault.azure.net/secrets?api-version=7.4", "GET"],
  ["blobs", "https://contosodata001.blob.core.windows.net/documents/readme.txt", "GET"],
  ["Graph in China", "https://microsoftgraph.chinacloudapi.cn/v1.0/me", "GET"],
];

let sandbox: Sandbox;
const addFault = (fault: object) =>
  sandbox.fetch(
    new Request("https://login.microsoftonline.com/_sandbox/faults", {
      method: "POST",
      body: JSON.stringify(fault),
    }),
  );
const ask = (url: string, method: string) =>
  sandbox.fetch(
    new Request(url, {
      method,
      ...(method === "POST" && { body: new URLSearchParams({ a: "b" }) }),
    }),
  );

beforeAll(async () => {
  sandbox = await createSandbox();
});

describe.each(upstreams)("a fault at %s", (_name, url, method) => {
  beforeEach(async () => {
    await sandbox.fetch(
      new Request("https://login.microsoftonline.com/_sandbox/reset", { method: "POST" }),
    );
  });
  const match = { url: url.slice("https://".length), method };

  test("is played once, as it was given, and then no more", async () => {
    const before = (await ask(url, method)).status;
    const body = '{"cut":[1,2';
    await addFault({
      match,
      respond: {
        status: 509,
        headers: { "retry-after": ["2.1285", "Fri, 31 Dec 9999 23:59:59 GMT"] },
        body,
      },
    });
    const odd = await ask(url, method);
    expect([odd.status, await odd.text()]).toEqual([509, body]);
    expect(odd.headers.get("retry-after")).toBe("2.1285, Fri, 31 Dec 9999 23:59:59 GMT");
    expect((await ask(url, method)).status).toBe(before);
  });

  test("breaks the connection before the answer or within it", async () => {
    await addFault({ match, reset: true });
    expect((await ask(url, method)).headers.get("x-sandbox-fault")).toBe("reset");
    await addFault({ match, cut: true, respond: { status: 200, body: "half of it" } });
    const cut = await ask(url, method);
    expect([cut.status, cut.headers.get("x-sandbox-fault")]).toEqual([200, "cut"]);
    await addFault({ match, cut: true });
    expect((await ask(url, method)).headers.get("x-sandbox-fault")).toBe("cut");
  });

  test("keeps the caller waiting", async () => {
    await addFault({ match, delay_ms: 30 });
    const before = performance.now();
    await ask(url, method);
    expect(performance.now() - before).toBeGreaterThanOrEqual(29);
  });
});

describe("a fault that cannot be", () => {
  test.each([
    [{ respond: { status: 999 } }, "respond.status"],
    [{ respond: { status: 200, headers: { "x\ny": "1" } } }, "respond.headers"],
    [{ match: { urls: "x" }, reset: true }, "urls"],
  ])("%j is 400, naming the field", async (fault, field) => {
    const response = await addFault(fault);
    expect(response.status).toBe(400);
    expect(JSON.stringify(await response.json())).toContain(field);
  });

  test.each(["{", "reset", '{"reset":true'])("%j is 400, for it is not JSON", async (body) => {
    const url = "https://login.microsoftonline.com/_sandbox/faults";
    const response = await sandbox.fetch(new Request(url, { method: "POST", body }));
    expect(response.status).toBe(400);
    expect(JSON.stringify(await response.json())).toContain("not JSON");
  });
});

describe("over the network", () => {
  let server: SandboxServer;
  beforeAll(async () => {
    server = await startSandboxServer({ port: 0, httpsPort: 0 });
  });
  afterAll(() => server.close());

  const play = async (fault: object) => {
    await fetch(`${server.url}/_sandbox/faults`, { method: "POST", body: JSON.stringify(fault) });
    return fetch(`${server.url}/graph/v1.0/me`);
  };
  /** What arrived of a body, and whether the connection broke. */
  async function received(response: Response) {
    let text = "";
    const decoder = new TextDecoder();
    try {
      for await (const piece of response.body ?? []) text += decoder.decode(piece);
      return { text, broken: false };
    } catch {
      return { text, broken: true };
    }
  }

  test("half of a body arrives, then the connection breaks", async () => {
    const body = '{"value":[{"id":"1"}]}';
    const response = await play({
      cut: true,
      respond: { status: 200, headers: { "set-cookie": ["a=1", "b=2"], "x-odd": "é" }, body },
    });
    expect([response.status, response.headers.get("x-sandbox-fault")]).toEqual([200, null]);
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(await received(response)).toEqual({ text: body.slice(0, 11), broken: true });
  });

  test.each(["", "x"])("an answer of %j breaks off too", async (body) => {
    const response = await play({ cut: true, respond: { status: 200, body } });
    expect(await received(response)).toEqual({ text: "", broken: true });
  });

  test("half of the service's own answer arrives", async () => {
    const { text, broken } = await received(await play({ cut: true }));
    expect(broken).toBe(true);
    expect(text).toMatch(/^\{"error":/);
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
  });

  test("no answer arrives after a reset", async () => {
    expect(await play({ reset: true }).catch(() => "broken")).toBe("broken");
  });

  test("64 MB arrive, as do odd headers and a status of no meaning", async () => {
    const response = await play({
      respond: {
        status: 299,
        headers: { "retry-after": "1e3", "content-type": "text/odd; charset=" },
        body: "0123456789abcdef",
        repeat: 4 * 1024 * 1024,
      },
    });
    expect([response.status, response.headers.get("retry-after")]).toEqual([299, "1e3"]);
    expect(response.headers.get("content-type")).toBe("text/odd; charset=");
    let bytes = 0;
    for await (const piece of response.body ?? []) bytes += piece.length;
    expect(bytes).toBe(64 * 1024 * 1024);
  });
});
