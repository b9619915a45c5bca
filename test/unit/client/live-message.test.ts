import { describe, expect, it } from "vitest";
import { readFrame, resumeAfter } from "../../../src/client/live-message.ts";
import { event, snapshot } from "./live-fixtures.ts";

describe("readFrame", () => {
  it("reads snapshots and events", () => {
    expect(readFrame(JSON.stringify(snapshot(3)))).toEqual({
      kind: "message",
      message: snapshot(3),
    });
    expect(readFrame(JSON.stringify(event(4)))).toEqual({ kind: "message", message: event(4) });
  });

  it("keeps the place of an event it does not know", () => {
    const frame = readFrame(JSON.stringify({ ...event(9), type: "connection.painted" }));
    expect(frame).toEqual({ kind: "unknown", seq: 9 });
  });

  it.each(["pong", "{", "null", new ArrayBuffer(2), undefined])("takes %j for noise", (data) => {
    expect(readFrame(data)).toEqual({ kind: "noise" });
  });
});

describe("resumeAfter", () => {
  const frame = (message: object) => readFrame(JSON.stringify(message));
  it.each<[string, number | undefined, object, number | undefined]>([
    ["starts at the first snapshot", undefined, snapshot(7), 7],
    ["stays before the events a resumed snapshot announces", 3, snapshot(7), 3],
    ["starts anew with a connection that did", 40, snapshot(2), 2],
    ["moves with events", 3, event(4), 4],
    ["never moves back", 9, event(4), 9],
    ["stays for noise", 9, {}, 9],
  ])("%s", (_, after, message, expected) => {
    expect(resumeAfter(after, frame(message))).toBe(expected);
  });
});
