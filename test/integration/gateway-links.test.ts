import { describe, expect, test } from "vitest";
import { withLinksHere } from "../../src/routes/gateway/gateway-links.ts";

const base = {
  endpoint: "https://graph.microsoft.com",
  gateway: "https://azure.example/graph",
};
const page = `{"value":[{"id":"1"}],"@odata.nextLink":"https://graph.microsoft.com/v1.0/me?$skip=2"}`;
const expected = page.replace("https://graph.microsoft.com", "https://azure.example/graph");

describe("an answer", () => {
  const answer = (type: string) =>
    new Response(page, {
      status: 202,
      headers: {
        "content-type": type,
        "content-length": String(page.length),
        location: "https://graph.microsoft.com/v1.0/operations/1",
        "azure-asyncoperation": "https://graph.microsoft.com/v1.0/operations/2",
        "operation-location": "https://elsewhere.example/3",
      },
    });

  test("keeps its status, and its headers but for links", async () => {
    const here = await withLinksHere(answer("application/json; odata.metadata=minimal"), base, {
      isContent: false,
    });
    expect(here.status).toBe(202);
    expect(here.headers.get("location")).toBe("https://azure.example/graph/v1.0/operations/1");
    expect(here.headers.get("azure-asyncoperation")).toBe(
      "https://azure.example/graph/v1.0/operations/2",
    );
    expect(here.headers.get("operation-location")).toBe("https://elsewhere.example/3");
    expect(here.headers.get("content-length")).toBeNull();
    expect(await here.text()).toBe(expected);
  });

  test.each([
    ["text/plain", false],
    ["application/octet-stream", false],
    ["application/json", true],
  ])("of type %s passes untouched (a file: %s)", async (type, isContent) => {
    const here = await withLinksHere(answer(type), base, { isContent });
    expect(here.headers.get("content-length")).toBe(String(page.length));
    expect(await here.text()).toBe(page);
  });
});

/** JSON, and what it becomes, of so many bytes, whose link begins at `at`. */
function pageOf(size: number, at: number): { text: string; here: string } {
  const start = `{"value":"`;
  const link = (origin: string) => `","nextLink":"${origin}/v1.0/me?$skip=1"}`;
  const text = (origin: string) =>
    `${start}${"v".repeat(Math.max(0, at - start.length))}${link(origin)}`.padEnd(size, " ");
  const own = text(base.endpoint);
  return { text: own, here: own.replace(base.endpoint, base.gateway) };
}

describe("a body of JSON", () => {
  const json = { "content-type": "application/json" };
  const rewritten = (body: BodyInit | null) =>
    withLinksHere(new Response(body, { headers: json }), base, { isContent: false });

  const piece = 65_536;
  test.each([
    ["shorter than a piece", 200, 20],
    ["a byte shorter than a piece", piece - 1, 20],
    ["one piece long", piece, 20],
    ["a byte longer than a piece", piece + 1, 20],
    ["of three pieces", 3 * piece, 2 * piece + 100],
    ...[-80, -40, -20, -5, 0, 5].map(
      (from) => [`whose link is ${from} from a border`, 3 * piece, piece + from] as const,
    ),
  ] as const)("%s has its link pointing here, and no other byte changed", async (_, size, at) => {
    const { text, here } = pageOf(size, at);
    expect((await (await rewritten(text)).text()) === here).toBe(true);
  });

  test("that is empty stays empty", async () => {
    expect(await (await rewritten("")).text()).toBe("");
  });

  test("that comes in small pieces is whole", async () => {
    const { text, here } = pageOf(100_000, 70_000);
    const { readable, writable } = new IdentityTransformStream();
    const writer = writable.getWriter();
    const write = async () => {
      const bytes = new TextEncoder().encode(text);
      for (let at = 0; at < bytes.length; at += 999) {
        await writer.write(bytes.subarray(at, at + 999));
      }
      await writer.close();
    };
    const [answer] = await Promise.all([
      rewritten(readable).then((response) => response.text()),
      write(),
    ]);
    expect(answer === here).toBe(true);
  });

  test.each([
    ["in its first piece", 10],
    ["later", 100_000],
  ])("that breaks off %s breaks off here", async (_, after) => {
    const { readable, writable } = new IdentityTransformStream();
    const writer = writable.getWriter();
    const write = async () => {
      await writer.write(new TextEncoder().encode("v".repeat(after)));
      await writer.abort(new Error("the connection was lost"));
    };
    const read = async () => {
      const response = await rewritten(readable);
      const text = await response.text().catch((error: unknown) => error);
      return [response.status, text instanceof Error];
    };
    const [seen] = await Promise.all([read(), write().catch(() => {})]);
    expect(seen).toEqual([200, true]);
  });

  test("is asked for no longer when its reader leaves", async () => {
    const { readable, writable } = new IdentityTransformStream();
    const writer = writable.getWriter();
    const writeUntilRefused = async () => {
      for (let count = 0; count < 1_000; count += 1) {
        const isRefused = await writer
          .write(new Uint8Array(65_536).fill(32))
          .then(() => false)
          .catch(() => true);
        if (isRefused) return count;
      }
      return undefined;
    };
    const read = async () => {
      const { body } = await rewritten(readable);
      const reader = body?.getReader();
      await reader?.read();
      await reader?.cancel();
    };
    const [count] = await Promise.all([writeUntilRefused(), read()]);
    expect(count).toBeGreaterThan(0);
  });
});
