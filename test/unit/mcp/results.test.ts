import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { failure } from "../../../src/contract/errors.ts";
import {
  lean,
  listOf,
  listOutput,
  mostCharacters,
  tags,
  texts,
  words,
} from "../../../src/mcp/fields.ts";
import { asArgument, errorResult } from "../../../src/mcp/results.ts";

describe("what an item comes to", () => {
  const shape = { name: words, size: z.number().optional(), to: texts, tags };

  test("is always what its shape says, whatever Microsoft sends", () => {
    const schema = z.strictObject(shape);
    const source = fc.dictionary(
      fc.constantFrom("name", "size", "to", "tags", "other"),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(source, (item) => {
        expect(schema.safeParse(lean(shape, item)).success).toBe(true);
      }),
    );
  });

  test("loses one odd field and keeps the others", () => {
    const odd = { name: 7, size: 3, to: null, tags: { a: "b" }, other: 1 };
    expect(lean(shape, odd)).toEqual({ size: 3, tags: { a: "b" } });
  });
});

describe("a list", () => {
  const output = listOutput({ text: words });
  const items = (length: number, size: number) =>
    Array.from({ length }, () => ({ text: "x".repeat(size) }));

  test("goes on by its cursor", () => {
    const made = listOf({ data: items(2, 10), nextCursor: "c" }, (item) => item);
    expect(made).toEqual({ items: items(2, 10), next_cursor: "c" });
  });

  test("that is too long ends early, says how to get the rest, and has no cursor that skips it", () => {
    const made = listOf({ data: items(50, 5_000), nextCursor: "c" }, (item) => item);
    expect(output.strict().safeParse(made).success).toBe(true);
    expect(made).not.toHaveProperty("next_cursor");
    expect(made["hint"]).toMatch(/^Cut after 11 of 50: ask again with top: 11/);
    expect(JSON.stringify(made).length).toBeLessThan(mostCharacters + 500);
  });

  test("whose first item is too long says so", () => {
    const made = listOf({ data: items(1, 70_000) }, (item) => item);
    expect([made["items"], made["hint"]]).toEqual([[], expect.stringContaining("0 of 1")]);
  });
});

describe("an error", () => {
  test("says in words what programs read in fields", () => {
    const remedy = {
      action: "consent" as const,
      message: "Allow Files.Read.",
      connect_url: "https://azure.example/reconnect?link=x",
      since: "2026-11-29T00:00:00Z",
    };
    const reason = failure("forbidden", "This needs Files.Read.", { request_id: "r1", remedy });
    const { content, structuredContent, isError } = errorResult(reason, remedy.connect_url);
    expect([isError, structuredContent]).toEqual([
      true,
      { code: "forbidden", status: 403, request_id: "r1", remedy },
    ]);
    expect(content).toEqual([
      {
        type: "text",
        text: [
          "forbidden: This needs Files.Read.",
          "Allow Files.Read.",
          "The person has to open https://azure.example/reconnect?link=x and then ask again.",
        ].join("\n"),
      },
    ]);
  });

  test("of a write whose answer was lost says that it may have happened", () => {
    const reason = failure("upstream_timeout", "Microsoft did not answer.", {
      details: { outcome: "unknown" },
    });
    const { content, structuredContent } = errorResult(reason, undefined);
    expect(structuredContent).toMatchObject({ status: 504, outcome: "unknown" });
    expect(content[0]).toMatchObject({ text: expect.stringContaining("may have happened") });
  });

  test("calls a field as arguments are called", () => {
    const reason = failure("invalid_request", "subscriptionId must be a GUID.", {
      details: { field: "subscriptionId" },
    });
    expect(asArgument(reason)).toMatchObject({
      message: "subscription_id must be a GUID.",
      details: { field: "subscription_id" },
    });
  });
});
