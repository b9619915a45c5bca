import { describe, expect, it } from "vitest";
import { isChange, readFrame, resumeAfter } from "../../../src/client/live-message.ts";
import { change, event, snapshot } from "./live-fixtures.ts";

describe("readFrame", () => {
  it.each([snapshot(3), event(4), change(5), { ...event(9), type: "connection.painted" }])(
    "reads %j",
    (message) => expect(readFrame(JSON.stringify(message))).toEqual(message),
  );

  it.each([
    "pong",
    "{",
    "null",
    "[]",
    '{"seq":1}',
    '{"seq":"1","type":"snapshot"}',
    new ArrayBuffer(2),
    undefined,
  ])("takes %j for nothing of ours", (data) => {
    expect(readFrame(data)).toBeUndefined();
  });
});

it.each([
  [snapshot(1), false],
  [event(1), false],
  [change(1), true],
])("tells a change from what has its place among the events: %j", (message, expected) => {
  expect(isChange(message)).toBe(expected);
});

describe("resumeAfter", () => {
  it.each<[string, number | undefined, number | undefined, number | undefined]>([
    ["starts at the first snapshot", undefined, 7, 7],
    ["starts at nothing, where there was nothing yet", undefined, 0, 0],
    ["stays before what a resumed snapshot announces", 3, 7, 3],
    ["starts anew with a connection that did", 40, 2, 2],
    ["stays where a snapshot does not say", 9, undefined, 9],
    ["is nowhere without either", undefined, undefined, undefined],
  ])("%s", (_, after, last, expected) => {
    expect(resumeAfter(after, last)).toBe(expected);
  });
});
