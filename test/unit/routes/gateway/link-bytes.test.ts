import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LinkBytes, type LinkBase } from "../../../../src/routes/gateway/link-bytes.ts";

const base: LinkBase = {
  endpoint: "https://graph.microsoft.com",
  gateway: "https://azure.example/graph",
};

/** @param pieces as they come */
function rewrittenBytes(pieces: readonly Uint8Array[]): string {
  const links = new LinkBytes(base);
  const out = pieces.map((piece, index) =>
    links.take(Buffer.concat([links.held, piece]), index === pieces.length - 1),
  );
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  return decoder.decode(Buffer.concat(out));
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const rewritten = (pieces: readonly string[]): string => rewrittenBytes(pieces.map(bytes));

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
  test("point here, and no other byte changes", () => {
    expect(rewritten([page])).toBe(expected);
  });

  test("are found wherever the stream is cut", () => {
    for (let cut = 1; cut < page.length; cut += 1) {
      expect(rewritten([page.slice(0, cut), page.slice(cut)])).toBe(expected);
    }
    expect(rewritten([...page])).toBe(expected);
  });

  test("are found in text of any language, wherever its bytes are cut", () => {
    const text = `\uFEFF{"a":"Grüße 你好 😀 ink\\"","nextLink":"https://graph.microsoft.com/é?x=1"}`;
    const whole = bytes(text);
    const here = text.replace("https://graph.microsoft.com", "https://azure.example/graph");
    for (let cut = 0; cut <= whole.length; cut += 1) {
      expect(rewrittenBytes([whole.subarray(0, cut), whole.subarray(cut)])).toBe(here);
    }
    expect(rewrittenBytes([...whole].map((byte) => Uint8Array.of(byte)))).toBe(here);
  });

  test("leave bytes that are no text as they came", () => {
    const odd = Uint8Array.of(0xff, 0x22, 0x69, 0x6e, 0x6b, 0x22, 0xc3, 0x00, 0x6b, 0x22);
    expect(new LinkBytes(base).take(odd, true)).toEqual(odd);
  });

  test("are found however a long page is cut", () => {
    const long = `{"value":["${"x".repeat(2_000)}"],"nextLink":"https://graph.microsoft.com:443/v1.0/a"}`;
    const sizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(sizes, (lengths) => {
        const chunks: string[] = [];
        let at = 0;
        for (const length of lengths) {
          chunks.push(long.slice(at, at + length));
          at += length;
        }
        chunks.push(long.slice(at));
        expect(rewritten(chunks)).toBe(
          long.replace("https://graph.microsoft.com:443", "https://azure.example/graph"),
        );
      }),
    );
  });

  test("are found behind whatever looks like the beginning or the end of a name", () => {
    const parts = ["n", "next", "elta", "delta", "link", "LINK", "k", '"', 'link"', "x"];
    const link = fc.constantFrom('"nextLink', "a@odata.nextLink", "@odata.DeltaLink");
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...parts)), link, (before, name) => {
        const text = (at: string) => `${before.join("")}${name}":"${at}/v1.0/a"`;
        expect(rewritten([text("https://graph.microsoft.com")])).toBe(
          text("https://azure.example/graph"),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    `{"nextLink":"https://graph.microsoft.com.evil.example/x"}`,
    `{"nextLink":"https://graph.microsoft.comx/x"}`,
    `{"nextLinks":"https://graph.microsoft.com/x"}`,
    `{"nextLink":null}`,
    `{"webLink":"https://graph.microsoft.com/x"}`,
    `{"extLink":"https://graph.microsoft.com/x"}`,
    `ink"`,
    `"nextLink":"https://graph.microsoft.com/x`.slice(0, -2),
    "",
    `{"text":"nextLink","x":"https://graph.microsoft.com/x"}`,
  ])("stay as they are: %s", (text) => {
    expect(rewritten([text])).toBe(text);
  });
});

test.each([
  "nextLink",
  "NextLink",
  "NEXTLINK",
  "nextlink",
  "@odata.nextlink",
  "@odata.deltaLINK",
  "@odata.nextLink",
  "@odata.deltaLink",
  "x@odata.DELTALink",
])("the link %s points here, with white space about its colon", (name) => {
  const text = (at: string) => `{"${name}"\t :\r\n"${at}?$skip=1"}`;
  expect(rewritten([text("https://GRAPH.microsoft.com:443")])).toBe(
    text("https://azure.example/graph"),
  );
});

test("JSON of 200,000 levels passes as it came, but for its links", () => {
  const deep = `{"a":${"[".repeat(200_000)}${"]".repeat(200_000)},"nextLink":"`;
  const here = rewritten([`${deep}https://graph.microsoft.com/v1.0/x"}`]);
  expect(here === `${deep}https://azure.example/graph/v1.0/x"}`).toBe(true);
});
