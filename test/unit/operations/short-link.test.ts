import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { restored, shortened } from "../../../src/operations/short-link.ts";

const endpoint = "https://graph.microsoft.com";
const select = "id,subject,from,receivedDateTime";

describe("a link without what its reader knows", () => {
  test.each([
    `${endpoint}/v1.0/me/messages?%24select=${encodeURIComponent(select)}&%24skip=10`,
    `${endpoint}/v1.0/me/messages?$select=${select.replaceAll(",", "%2c")}&$skip=10`,
    `${endpoint}/v1.0/me/messages?$select=${select}&$skiptoken=abc`,
  ])("is short, and can be given back to the byte: %s", (link) => {
    const short = shortened(link, [endpoint, select]);
    expect(short.length).toBeLessThan(60);
    expect(restored(short, [endpoint, select])).toBe(link);
  });

  test("is itself where nothing of it is known", () => {
    const link = `${endpoint}/v1.0/me/messages?$skip=10`;
    expect(shortened(link, ["inbox"])).toBe(link);
  });

  test("can always be given back, whatever is known and whatever it holds", () => {
    const text = fc.string({ unit: "grapheme-ascii", maxLength: 24 });
    fc.assert(
      fc.property(
        fc.array(text, { maxLength: 4 }),
        fc.array(text, { maxLength: 6 }),
        (known, parts) => {
          const link = [...parts, ...known].map((part) => encodeURIComponent(part)).join("&");
          expect(restored(shortened(link, known), known)).toBe(link);
        },
      ),
    );
  });
});
