import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { repeatedParameter, unreadableParameter } from "../../../src/front/readable-url.ts";

const at = (path: string) => `https://azure.example${path}`;

describe("a URL that is no text names the parameter", () => {
  test.each([
    ["/mail/{id}", "/mail/%ED%A0%80", "id"],
    ["/mail/{id}", "/mail/a%", "id"],
    ["/mail/{id}", "/mail/%zz?select=subject", "id"],
    ["/mail/{id}", "/mail/%C3", "id"],
    ["/mail/{id}", "/mail/%ff", "id"],
    ["/mail/{id}", "/mail/%C0%AF", "id"],
    ["/subscriptions/{id}/resourceGroups/{name}", "/subscriptions/1/resourceGroups/%e0%a4", "name"],
    ["/mail", "/mail?search=%ED%BF%BF", "search"],
    ["/mail", "/mail?top=1&filter=a%2&x=1", "filter"],
    ["/mail", "/mail?order%5fby=%80", "order_by"],
    ["/mail", "/mail?order+by=%80", "order by"],
    ["/mail", "/mail?%ED%A0%80=1", "query"],
    ["/mail", "/mail?%", "query"],
    ["/mail/{id}", "/mail/%?select=%", "id"],
  ])("%s: %s (%s)", (pattern, path, field) => {
    expect(unreadableParameter(pattern, at(path))).toBe(field);
  });

  test.each([
    ["/mail/{id}", "/mail/A%2FB%3D%25"],
    ["/mail", "/mail?search=%F0%9F%98%80+%22x%22&&=&a"],
    ["/mail", "/mail?search=100%25"],
    ["/mail", "/mail?"],
    ["/mail", "/mail#%zz"],
    ["/mail/{id}", "/mail/\u{1f600}?q=\u00e9"],
    // Not of this route's pattern: the router answers it.
    ["/mail/{id}", "/mail"],
  ])("%s: %s is text", (pattern, path) => {
    expect(unreadableParameter(pattern, at(path))).toBeUndefined();
  });

  test("whatever text is encoded, it is found to be text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (id, value) => {
        const path = `/mail/x${encodeURIComponent(id)}?${new URLSearchParams({ value })}`;
        expect(unreadableParameter("/mail/{id}", at(path))).toBeUndefined();
      }),
    );
  });

  test("whatever bytes it is made of, it is judged", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 8 }), (bytes) => {
        const encoded = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
        const text = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true }).decode(bytes);
        const isText = new TextEncoder().encode(text).join() === bytes.join();
        const found = unreadableParameter("/mail", at(`/mail?search=${encoded}`));
        expect(found).toBe(isText ? undefined : "search");
      }),
    );
  });
});

describe("a parameter that comes more than once is named", () => {
  test.each([
    ["/mail?user_id=ada&user_id=grace", "user_id"],
    ["/mail?user_id=ada&top=1&user_id=ada", "user_id"],
    ["/mail?user%5Fid=ada&user_id=grace", "user_id"],
    ["/mail?top&top", "top"],
    ["/mail?order+by=a&order%20by=b", "order by"],
    ["/mail?__proto__=a&__proto__=b", "__proto__"],
  ])("%s (%s)", (path, field) => {
    expect(repeatedParameter(at(path))).toBe(field);
  });

  test.each(["/mail", "/mail?", "/mail?user_id=ada&User_id=grace", "/mail?a=b&b=a&&#a=b&a=c"])(
    "%s has each once",
    (path) => {
      expect(repeatedParameter(at(path))).toBeUndefined();
    },
  );
});
