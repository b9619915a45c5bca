import { describe, expect, test } from "vitest";
import { PagedItems } from "../../../src/http/page.ts";
import { readPage, type PageOwner } from "../../../src/operations/page.ts";
import { sign, type SessionSecret } from "../../../src/platform/keys.ts";
import { makeOpaque, readOpaque } from "../../../src/platform/opaque.ts";
import { ok } from "../../../src/contract/result.ts";

const sessionSecret: SessionSecret = ["a session secret of more than thirty-two bytes"];
const owner: PageOwner = { config: { sessionSecret }, connectionId: "user:ada" };
const list = "/mail";

interface Asked {
  link?: string | undefined;
  maxPageSize?: number | undefined;
  filter?: string | undefined;
}

/** A list of the numbers below `total`, in pages of `size`, or of what is asked for. */
function numbers(total: number, size: number | undefined, asked: Asked[] = []) {
  return ({ filter }: { top: number; filter?: string | undefined }) =>
    new PagedItems<number>(async ({ link, maxPageSize }) => {
      asked.push({ link, maxPageSize, filter });
      const start = Number(link?.split("=")[1] ?? 0);
      const end = Math.min(total, start + (size ?? maxPageSize ?? 10));
      const items = Array.from({ length: end - start }, (_, index) => start + index);
      return ok({
        items,
        nextLink: end < total ? `https://graph.microsoft.com/x?skip=${end}` : undefined,
      });
    });
}

describe("a list in pages", () => {
  test.each([
    ["that are as long as asked for", undefined],
    ["that are longer than asked for", 100],
    ["that are shorter than asked for", 3],
  ])("%s is read whole and once", async (_, size) => {
    const read: number[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const page = await readPage(owner, list, { top: 4, cursor }, numbers(23, size));
      expect(page.data.length).toBeLessThanOrEqual(4);
      read.push(...page.data);
      cursor = page.nextCursor;
      pages += 1;
    } while (cursor !== undefined && pages < 50);
    expect(read).toEqual(Array.from({ length: 23 }, (__, index) => index));
  });

  test("keeps the query of its first page, whatever comes with the cursor", async () => {
    const asked: Asked[] = [];
    const items = numbers(30, 20, asked);
    const first = await readPage(owner, list, { top: 5, filter: "a" }, items);
    await readPage(owner, list, { top: 90, filter: "b", cursor: first.nextCursor }, items);
    expect(asked).toEqual([
      { link: undefined, maxPageSize: 5, filter: "a" },
      { link: undefined, maxPageSize: 5, filter: "a" },
    ]);
  });

  test("is refused when it was altered, or is of another form", async () => {
    const { nextCursor = "" } = await readPage(owner, list, { top: 4 }, numbers(9, undefined));
    const altered = [
      "",
      "x",
      nextCursor.slice(1),
      `A${nextCursor.slice(1)}`,
      `${nextCursor}x`,
      `${nextCursor}.${nextCursor}`,
      nextCursor.split(".")[0] ?? "",
    ].filter((cursor) => cursor !== nextCursor);
    for (const cursor of altered) {
      const error = await readPage(owner, list, { top: 4, cursor }, numbers(9, undefined)).catch(
        (reason: unknown) => reason,
      );
      expect(error).toMatchObject({ code: "invalid_request", details: { field: "cursor" } });
    }
  });

  test.each<[string, PageOwner, string]>([
    ["connection", { ...owner, connectionId: "user:grace" }, list],
    ["list", owner, "/users"],
    [
      "deployment",
      { ...owner, config: { sessionSecret: ["another secret, as long as the first one was"] } },
      list,
    ],
  ])("goes on in no other %s", async (_, otherOwner, otherList) => {
    const { nextCursor } = await readPage(owner, list, { top: 4 }, numbers(9, undefined));
    const error = await readPage(
      otherOwner,
      otherList,
      { top: 4, cursor: nextCursor },
      numbers(9, undefined),
    ).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "invalid_request", details: { field: "cursor" } });
  });
});

/** What a text shows to whoever decodes it, once or piece by piece. */
const shown = (text: string): string =>
  [text, ...text.split(".")].map((part) => Buffer.from(part, "base64url").toString()).join();

describe("sealed text", () => {
  test.each([
    "user:ada@contoso.example",
    "https://graph.microsoft.com/v1.0/me?$skiptoken=1",
    "user:zoë",
  ])("shows nothing of %s", async (content) => {
    const sealed = await makeOpaque(sessionSecret, "cursor", ["user:grace", "/mail"], content);
    for (const word of [content, "user:grace", "/mail"]) expect(shown(sealed)).not.toContain(word);
    expect(sealed).toMatch(/^[\w-]+$/);
    expect(await makeOpaque(sessionSecret, "cursor", ["user:grace", "/mail"], content)).not.toBe(
      sealed,
    );
  });

  test("is refused in the form that older versions signed, which showed its content", async () => {
    const payload = Buffer.from("user:ada").toString("base64url");
    const signed = `${payload}.${await sign(sessionSecret, "cursor", `8:user:ada\n${payload}`)}`;
    expect(await readOpaque(sessionSecret, "cursor", ["user:ada"], signed)).toBeUndefined();
  });

  test.each(["", "A", "AAAA", "A".repeat(38), "no base64!", "\ud800", "é"])(
    "is not %j",
    async (text) => {
      expect(await readOpaque(sessionSecret, "cursor", [], text)).toBeUndefined();
    },
  );

  test("opens after the secret was rotated, until its version is taken out", async () => {
    const sealed = await makeOpaque(sessionSecret, "operation", ["user:ada"], "x");
    const next = "the session secret that came after the first";
    const rotated: SessionSecret = [next, ...sessionSecret];
    expect(await readOpaque(rotated, "operation", ["user:ada"], sealed)).toBe("x");
    expect(await readOpaque([next], "operation", ["user:ada"], sealed)).toBeUndefined();
    const after = await makeOpaque(rotated, "operation", ["user:ada"], "x");
    expect(await readOpaque([next], "operation", ["user:ada"], after)).toBe("x");
  });

  test("opens for the same purpose and bindings only", async () => {
    const sealed = await makeOpaque(sessionSecret, "operation", ["user:ada"], "täxt");
    expect(await readOpaque(sessionSecret, "operation", ["user:ada"], sealed)).toBe("täxt");
    expect(await readOpaque(sessionSecret, "cursor", ["user:ada"], sealed)).toBeUndefined();
    expect(await readOpaque(sessionSecret, "operation", ["user:ad", "a"], sealed)).toBeUndefined();
    expect(await readOpaque(sessionSecret, "operation", [], sealed)).toBeUndefined();
  });
});
