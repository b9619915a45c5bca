import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  linkRewriter,
  rewriteLink,
  withLinksHere,
  type LinkBase,
} from "../../../../src/routes/gateway/gateway-links.ts";

const base: LinkBase = {
  endpoint: "https://graph.microsoft.com",
  gateway: "https://azure.example/graph",
};

async function rewritten(chunks: readonly string[]): Promise<string> {
  const source = new ReadableStream<string>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  let out = "";
  for await (const chunk of source.pipeThrough(linkRewriter(base))) out += chunk;
  return out;
}

const page = `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#x","value":[{"id":"1","webLink":"https://graph.microsoft.com/v1.0/x","size":9007199254740993,"members@odata.nextLink":"https://graph.microsoft.com/v1.0/m?$skip=1","body":"\\"@odata.nextLink\\":\\"https://graph.microsoft.com/v1.0/no\\""}],"@odata.nextLink" : "https://graph.microsoft.com/v1.0/me/messages?$skip=2"}`;
const expected = page
  .replace(
    `"members@odata.nextLink":"https://graph.microsoft.com/`,
    `"members@odata.nextLink":"https://azure.example/graph/`,
  )
  .replace(
    `"@odata.nextLink" : "https://graph.microsoft.com/`,
    `"@odata.nextLink" : "https://azure.example/graph/`,
  );

describe("links in a body", () => {
  test("point here, and no other byte changes", async () => {
    expect(await rewritten([page])).toBe(expected);
  });

  test("are found wherever the stream is cut", async () => {
    for (let cut = 1; cut < page.length; cut += 1) {
      expect(await rewritten([page.slice(0, cut), page.slice(cut)])).toBe(expected);
    }
    expect(await rewritten([...page])).toBe(expected);
  });

  test("are found however a long page is cut", async () => {
    const long = `{"value":["${"x".repeat(2_000)}"],"nextLink":"https://graph.microsoft.com:443/v1.0/a"}`;
    const sizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(sizes, async (lengths) => {
        const chunks: string[] = [];
        let at = 0;
        for (const length of lengths) {
          chunks.push(long.slice(at, at + length));
          at += length;
        }
        chunks.push(long.slice(at));
        expect(await rewritten(chunks)).toBe(
          long.replace("https://graph.microsoft.com:443", "https://azure.example/graph"),
        );
      }),
    );
  });

  test.each([
    `{"nextLink":"https://graph.microsoft.com.evil.example/x"}`,
    `{"nextLink":"https://graph.microsoft.comx/x"}`,
    `{"nextLinks":"https://graph.microsoft.com/x"}`,
    `{"nextLink":null}`,
    `{"text":"nextLink","x":"https://graph.microsoft.com/x"}`,
  ])("stay as they are: %s", async (text) => {
    expect(await rewritten([text])).toBe(text);
  });
});

test.each([
  ["https://graph.microsoft.com/v1.0/x?y=1", "https://azure.example/graph/v1.0/x?y=1"],
  ["https://graph.microsoft.com:443/x", "https://azure.example/graph/x"],
  ["https://GRAPH.microsoft.com/x", "https://azure.example/graph/x"],
  ["https://graph.microsoft.com", "https://azure.example/graph"],
  ["https://graph.microsoft.com.evil.example/x", "https://graph.microsoft.com.evil.example/x"],
  ["https://contoso.blob.core.windows.net/x", "https://contoso.blob.core.windows.net/x"],
  ["/v1.0/operations/1?a=b", "https://azure.example/graph/v1.0/operations/1?a=b"],
  ["//evil.example/x", "//evil.example/x"],
  ["operations/1", "operations/1"],
  ["", ""],
  ["not a link", "not a link"],
])("the link %s becomes %s", (link, here) => {
  expect(rewriteLink(base, link)).toBe(here);
});

test("a path from the root of a sandbox leads back through this host", () => {
  const sandbox = { endpoint: "http://localhost:8788/arm", gateway: "http://localhost:8787/arm" };
  expect(rewriteLink(sandbox, "/arm/operations/1")).toBe("http://localhost:8787/arm/operations/1");
  expect(rewriteLink(sandbox, "/graph/v1.0/me")).toBe("http://localhost:8788/graph/v1.0/me");
});

test("JSON of 200,000 levels passes as it came, but for its links", async () => {
  const deep = `{"a":${"[".repeat(200_000)}${"]".repeat(200_000)},"nextLink":"`;
  const here = await rewritten([`${deep}https://graph.microsoft.com/v1.0/x"}`]);
  expect(here === `${deep}https://azure.example/graph/v1.0/x"}`).toBe(true);
});

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
    const here = withLinksHere(answer("application/json; odata.metadata=minimal"), base, {
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
    const here = withLinksHere(answer(type), base, { isContent });
    expect(here.headers.get("content-length")).toBe(String(page.length));
    expect(await here.text()).toBe(page);
  });
});
