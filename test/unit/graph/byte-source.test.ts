import { describe, expect, it } from "vitest";
import { chunksOf, type UploadBody } from "../../../src/graph/byte-source.ts";
import { collect } from "../http/collect.ts";

const bytes = (...values: number[]) => new Uint8Array(values);
const stream = (...pieces: Uint8Array[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });

describe("chunksOf", () => {
  it.each<[string, UploadBody]>([
    ["bytes", bytes(1, 2, 3, 4, 5)],
    ["an ArrayBuffer", bytes(1, 2, 3, 4, 5).buffer],
    ["a Blob", new Blob([bytes(1, 2, 3, 4, 5)])],
    ["a string", "\u0001\u0002\u0003\u0004\u0005"],
    ["a stream of small pieces", stream(bytes(1), bytes(), bytes(2), bytes(3, 4), bytes(5))],
    ["a stream of one large piece", stream(bytes(1, 2, 3, 4, 5))],
  ])("cuts %s", async (_, body) => {
    expect((await collect(chunksOf(body, 2))).map((chunk) => [...chunk])).toEqual([
      [1, 2],
      [3, 4],
      [5],
    ]);
  });

  it("yields nothing for nothing, and no empty last chunk", async () => {
    expect(await collect(chunksOf("", 2))).toEqual([]);
    expect(await collect(chunksOf("abcd", 2))).toHaveLength(2);
  });

  it("cancels a stream that is not read to its end", async () => {
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(bytes(1, 2)),
      cancel: () => {
        cancelled = true;
      },
    });
    for await (const _ of chunksOf(endless, 2)) break;
    expect(cancelled).toBe(true);
  });
});
