import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { clockOfEachTest } from "./support/clock.ts";

/** One object of what MCP clients were given, without the library that writes it. */

const clock = clockOfEachTest();
const minute = 60_000;

const object = () => env.MCP_GRANTS.getByName(`user:${crypto.randomUUID()}`);
type GrantObject = ReturnType<typeof object>;
const grant = "grant:ada:g";
const token = "token:ada:g:t";
const retired = "retired:ada:g:old";

const tablesOf = (stub: GrantObject): Promise<unknown[]> =>
  runInDurableObject(stub, (_, { storage: { sql } }) =>
    sql.exec("SELECT name FROM sqlite_master").toArray(),
  );
const alarmOf = (stub: GrantObject): Promise<number | null> =>
  runInDurableObject(stub, (_, { storage }) => storage.getAlarm());

test("a question makes nothing of an object", async () => {
  const stub = object();
  expect(await stub.read(grant)).toBeUndefined();
  expect(await stub.list("grant:", 10)).toEqual([]);
  expect(await stub.remove(grant)).toBe(false);
  await stub.extend(grant, Date.now() + minute);
  expect([await tablesOf(stub), await alarmOf(stub)]).toEqual([[], null]);
});

test("a token lives no longer than its grant, whoever writes it last", async () => {
  const stub = object();
  expect(await stub.write({ key: token, value: "t" })).toBe(false);
  await stub.write({ key: grant, value: JSON.stringify({ refreshTokenId: "old" }) });
  await stub.write({ key: grant, value: JSON.stringify({ refreshTokenId: "new" }) });
  expect(await stub.write({ key: token, value: "t" })).toBe(true);
  expect(await stub.read(retired)).toMatchObject({ version: 1 });
  // Another grant whose id begins alike keeps its own.
  await stub.write({ key: "grant:ada:gg", value: "{}" });
  await stub.write({ key: "token:ada:gg:t", value: "t" });
  expect(await stub.remove(grant)).toBe(true);
  expect([await stub.read(token), await stub.read(retired)]).toEqual([undefined, undefined]);
  expect(await stub.read("token:ada:gg:t")).toMatchObject({ value: "t" });
  expect(await stub.write({ key: token, value: "t" })).toBe(false);
});

test("a write that another one overtook is refused", async () => {
  const stub = object();
  expect(await stub.write({ key: grant, value: "1", expected: 0 })).toBe(true);
  expect(await stub.write({ key: grant, value: "2", expected: 0 })).toBe(false);
  expect(await stub.write({ key: grant, value: "2", expected: 1 })).toBe(true);
  await stub.remove(grant);
  expect(await stub.write({ key: grant, value: "3", expected: 2 })).toBe(false);
});

test("what has expired is not there, and the object ends with its last row", async () => {
  const stub = object();
  const at = Date.now();
  await stub.write({ key: "transaction:a", value: "a", expiresAt: at + minute });
  await stub.write({ key: "transaction:b", value: "b", expiresAt: at + 180 * minute });
  expect(await alarmOf(stub)).toBe(at + 61 * minute);
  await clock.advance(61);
  expect(await stub.read("transaction:a")).toBeUndefined();
  expect(await stub.list("transaction:", 10)).toEqual([{ key: "transaction:b" }]);
  await runDurableObjectAlarm(stub);
  expect(await alarmOf(stub)).toBe(at + 240 * minute);
  await stub.extend("transaction:b", at + 300 * minute);
  await stub.extend("transaction:b", at + 2 * minute);
  await clock.advance(200 * 60);
  expect(await stub.read("transaction:b")).toMatchObject({ value: "b" });
  await stub.remove("transaction:b");
  expect([await tablesOf(stub), await alarmOf(stub)]).toEqual([[], null]);
});

test("a list goes on after the last key that was shown", async () => {
  const stub = object();
  for (const letter of ["c", "a", "b"]) {
    const metadata = JSON.stringify({ letter });
    await stub.write({ key: `grant:ada:${letter}`, value: "{}", metadata });
  }
  await stub.write({ key: "grant:bob:d", value: "{}" });
  expect(await stub.list("grant:ada:", 2)).toEqual([
    { key: "grant:ada:a", metadata: '{"letter":"a"}' },
    { key: "grant:ada:b", metadata: '{"letter":"b"}' },
  ]);
  expect(await stub.list("grant:ada:", 2, "grant:ada:b")).toMatchObject([{ key: "grant:ada:c" }]);
});

test("of lines that are appended the newest are kept, in order, and of each kind its own", async () => {
  const stub = object();
  const expiresAt = Date.now() + minute;
  const append = (prefix: string, ...lines: string[]) =>
    stub.append({ prefix, lines, expiresAt, most: 3 });
  for (let line = 1; line <= 10; line += 1) await append("audit:a:", String(line));
  await append("audit:a:", "11", "12");
  await append("audit:b:", "other");
  const lines = async (prefix: string) =>
    (await stub.list(prefix, 100)).map(({ metadata }) => metadata);
  expect(await lines("audit:a:")).toEqual(["10", "11", "12"]);
  expect(await lines("audit:b:")).toEqual(["other"]);
  await append("audit:a:", "13");
  expect(await lines("audit:a:")).toEqual(["11", "12", "13"]);
});
