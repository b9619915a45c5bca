import { describe, expect, it } from "vitest";
import { ArmClient, type OperationProgress } from "../../../src/arm/index.ts";
import { errorResponse, failure } from "../../../src/contract/errors.ts";
import { deepJson } from "../http/odd-json.ts";
import { type Answer, empty, json, scripted, stoppedClock } from "./script.ts";

const subscription = "aaaaaaaa-1111-4000-8000-000000000001";
const arm = "https://management.azure.com";
const group = `/subscriptions/${subscription}/resourceGroups/web`;
const site = `${group}/providers/Microsoft.Web/sites/shop`;
const statusUrl = `${arm}/subscriptions/${subscription}/operations/1?api-version=1&t=abc`;
const locationUrl = `${arm}/subscriptions/${subscription}/results/1?api-version=1&t=abc`;
const apiVersion = "2024-04-01";

function client(...answers: Answer[]) {
  const script = scripted(...answers);
  const clock = stoppedClock();
  return { asked: script.asked, slept: clock.slept, arm: new ArmClient(script, clock) };
}

const begunByLocation = () => empty(202, { location: locationUrl, "retry-after": "15" });
const begunByStatus = () => json({ id: site }, 201, { "azure-asyncoperation": statusUrl });

describe("Poller.pollUntilDone", () => {
  it("waits as long as the service says, then by its own growing guess", async () => {
    const { arm: azure, slept } = client(
      begunByLocation(),
      empty(202, { "retry-after": "30" }),
      empty(202),
      empty(204),
    );
    const poller = await azure.resourceGroups.delete(subscription, "web");
    expect(poller.done).toBe(false);
    expect(await poller.pollUntilDone()).toBeUndefined();
    expect(poller.done).toBe(true);
    expect(slept).toEqual([15_000, 30_000, 8_000]);
  });

  it("reads the resource of a PUT at the end, and reports the progress", async () => {
    const { arm: azure, asked } = client(
      begunByStatus(),
      json({ status: "Running", percentComplete: 50 }),
      json({ status: "Succeeded" }),
      json({ id: site, properties: { state: "Running" } }),
    );
    const told: OperationProgress<unknown>[] = [];
    const poller = await azure.resources.createOrUpdate(site, {}, { apiVersion });
    const resource = await poller.pollUntilDone({ onProgress: (progress) => told.push(progress) });
    expect(resource).toEqual({ id: site, properties: { state: "Running" } });
    expect(told).toMatchObject([
      { done: false, status: "Running", percentComplete: 50 },
      { done: true, value: resource },
    ]);
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `PUT ${arm}${site}?api-version=${apiVersion}`,
      `GET ${statusUrl}`,
      `GET ${statusUrl}`,
      `GET ${arm}${site}?api-version=${apiVersion}`,
    ]);
  });

  it.each<[string, () => Answer]>([
    ["503", () => json({ error: { code: "ServiceUnavailable" } }, 503, { "retry-after": "7" })],
    ["500", () => empty(500, { "retry-after": "7" })],
    ["429", () => empty(429, { "retry-after": "7" })],
    [
      "502 of an edge",
      () => new Response("<html>", { status: 502, headers: { "retry-after": "7" } }),
    ],
  ])("goes on after a %s in the middle", async (_, trouble) => {
    const { arm: azure, slept } = client(begunByLocation(), trouble(), empty(204));
    await (await azure.resourceGroups.delete(subscription, "web")).pollUntilDone();
    expect(slept).toEqual([15_000, 7_000]);
  });

  it("goes on after a broken connection", async () => {
    const { arm: azure, asked } = client(begunByLocation(), new TypeError("reset"), empty(204));
    await (await azure.resourceGroups.delete(subscription, "web")).pollUntilDone();
    expect(asked).toHaveLength(3);
  });

  it.each<[string, () => Answer]>([
    ["no body", () => empty(200)],
    ["a status in a list", () => json({ status: ["Succeeded"] })],
    ["a text", () => json("Succeeded")],
    ["HTML", () => new Response("<html>")],
    ["lists of 200,000 levels", () => new Response(deepJson())],
    ["a redirect", () => empty(302, { location: "https://evil.example/" })],
  ])("goes on after a status document that is %s", async (_, odd) => {
    const done = { id: site, properties: { provisioningState: "Succeeded" } };
    const { arm: azure, asked } = client(
      begunByStatus(),
      odd(),
      odd(),
      json({ status: "Succeeded" }),
      json(done),
    );
    const poller = await azure.resources.createOrUpdate(site, {}, { apiVersion });
    expect(await poller.pollUntilDone()).toEqual(done);
    expect(asked).toHaveLength(5);
  });

  it("gives up after ten status documents in a row that say nothing, without calling it done", async () => {
    const odd = Array.from({ length: 10 }, () => json({ status: {} }));
    const { arm: azure, asked } = client(begunByStatus(), ...odd);
    const poller = await azure.resources.createOrUpdate(site, {}, { apiVersion });
    const error = await poller.pollUntilDone().catch((e: unknown) => e);
    expect(error).toMatchObject({
      code: "upstream_error",
      details: { reason: "unexpected_body", outcome: "unknown" },
    });
    expect(asked).toHaveLength(11);
    expect(poller.done).toBe(false);
  });

  it.each<[string, () => Answer]>([
    ["a redirect", () => empty(302)],
    ["HTML", () => new Response("<html>")],
    ["lists of 200,000 levels", () => new Response(deepJson())],
  ])("calls the outcome unknown after one poll by %s, and can ask again", async (_, odd) => {
    const { arm: azure } = client(begunByLocation(), odd(), empty(204));
    const poller = await azure.resourceGroups.delete(subscription, "web");
    const error = await poller.pollOnce().catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "upstream_error", details: { outcome: "unknown" } });
    expect(await poller.pollOnce()).toEqual({ done: true, value: undefined });
  });

  it.each([400, 404, 409, 410])(
    "does not take a %i of a status URL for the end",
    async (status) => {
      const { arm: azure } = client(begunByStatus(), empty(status));
      const poller = await azure.resources.createOrUpdate(site, {}, { apiVersion });
      const error = await poller.pollUntilDone().catch((e: unknown) => e);
      expect(error).toMatchObject({ details: { upstream_status: status, outcome: "unknown" } });
      expect(poller.done).toBe(false);
    },
  );

  it("passes on at once what our own service says of a poll", async () => {
    const own = failure("app_misconfigured", "The secret has expired.", {
      details: { variable: "AZURE_CLIENT_SECRET" },
    });
    const { arm: azure, asked } = client(begunByStatus(), errorResponse(own));
    const poller = await azure.resources.createOrUpdate(site, {}, { apiVersion });
    const error = await poller.pollUntilDone().catch((e: unknown) => e);
    expect(error).toMatchObject({ ...own, status: 503 });
    expect(error).not.toHaveProperty("details.outcome");
    expect(asked).toHaveLength(2);
  });

  it.each<[string, Answer]>([
    ["accepted without a link", empty(202)],
    ["redirected", empty(307, { location: locationUrl })],
    ["answered with HTML", new Response("<html>", { status: 202 })],
  ])("does not call a DELETE done that was %s", async (_, answer) => {
    const { arm: azure, asked } = client(answer);
    const error = await azure.resourceGroups.delete(subscription, "web").catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "upstream_error", details: { outcome: "unknown" } });
    expect(asked).toHaveLength(1);
  });

  it("asks for the result again when only that failed", async () => {
    const { arm: azure } = client(
      begunByStatus(),
      json({ status: "Succeeded" }),
      empty(503),
      json({ id: site }),
    );
    const poller = await azure.resources.createOrUpdate(site, {}, { apiVersion });
    expect(await poller.pollUntilDone()).toEqual({ id: site });
  });

  it("gives up after ten polls in a row that could not be read", async () => {
    const failing = Array.from({ length: 10 }, () => empty(503));
    const { arm: azure, asked } = client(begunByLocation(), ...failing);
    const poller = await azure.resourceGroups.delete(subscription, "web");
    const error = await poller.pollUntilDone().catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "upstream_unavailable" });
    expect(asked).toHaveLength(11);
    expect(poller.done).toBe(false);
  });

  it.each([
    ["Failed", "AllocationFailed"],
    ["Canceled", "OperationPreempted"],
  ])("throws Microsoft's code when the operation ends as %s", async (status, code) => {
    const message = "No capacity left. Bearer abcdef";
    const { arm: azure } = client(begunByStatus(), json({ status, error: { code, message } }));
    const poller = await azure.resources.createOrUpdate(site, {}, { apiVersion });
    const error = await poller.pollUntilDone().catch((e: unknown) => e);
    expect(error).toMatchObject({
      code: "upstream_error",
      details: { upstream_code: code, operation_status: status, reason: "operation_ended" },
    });
    expect(String(error)).toContain("No capacity left.");
    expect(String(error)).not.toContain("abcdef");
  });

  it("takes a 4xx of Location for the operation's own answer", async () => {
    const locked = json({ error: { code: "ScopeLocked", message: "…" } }, 409);
    const { arm: azure, asked } = client(begunByLocation(), locked);
    const poller = await azure.resourceGroups.delete(subscription, "web");
    const error = await poller.pollUntilDone().catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "conflict", details: { upstream_code: "ScopeLocked" } });
    expect(asked).toHaveLength(2);
  });

  it("stops with the signal's reason, and can go on afterwards", async () => {
    const script = scripted(begunByLocation(), empty(204));
    const stop = new AbortController();
    const azure = new ArmClient(script, {
      sleep: async () => {
        stop.abort(new Error("enough"));
        await new Promise(() => {});
      },
    });
    const poller = await azure.resourceGroups.delete(subscription, "web");
    const error = await poller.pollUntilDone({ signal: stop.signal }).catch((e: unknown) => e);
    expect(error).toEqual(new Error("enough"));
    expect(await poller.pollOnce()).toEqual({ done: true, value: undefined });
  });

  it("has nothing to wait for when the operation was over at once", async () => {
    const { arm: azure, slept } = client(
      json({ id: site, properties: { provisioningState: "Succeeded" } }),
    );
    const poller = await azure.resources.createOrUpdate(site, {}, { apiVersion });
    expect(poller.progress).toMatchObject({ done: true, value: { id: site } });
    expect(poller.toString()).toBe("");
    await poller.pollUntilDone();
    expect(slept).toEqual([]);
  });
});

describe("an operation whose URL leads elsewhere", () => {
  it.each([
    "https://evil.example/x",
    "https://management.azure.com@evil.example/",
    "//evil.example/x",
  ])("is not followed to %s", async (location) => {
    const { arm: azure, asked } = client(empty(202, { location }));
    const error = await azure.resourceGroups.delete(subscription, "web").catch((e: unknown) => e);
    expect(error).toMatchObject({
      code: "upstream_error",
      details: { reason: "foreign_link", outcome: "unknown" },
    });
    expect(asked).toHaveLength(1);
  });

  it("is not followed when a later poll names it", async () => {
    const { arm: azure, asked } = client(
      begunByLocation(),
      empty(202, { location: "https://evil.example/x" }),
    );
    const poller = await azure.resourceGroups.delete(subscription, "web");
    const error = await poller.pollUntilDone().catch((e: unknown) => e);
    expect(error).toMatchObject({ details: { reason: "foreign_link" } });
    expect(asked).toHaveLength(2);
  });
});

describe("an operation as a string", () => {
  it("goes on in another client, poll by poll", async () => {
    const first = client(begunByStatus(), json({ status: "Running" }, 200, { "retry-after": "9" }));
    const poller = await first.arm.resources.createOrUpdate(site, {}, { apiVersion });
    await poller.pollOnce();

    const second = client(
      json({ status: "Running" }, 200, { "retry-after": "9" }),
      json({ status: "Succeeded" }),
      json({ id: site }),
    );
    const progress = await second.arm.pollOnce(String(poller));
    expect(progress).toEqual({
      done: false,
      operation: String(poller),
      status: "Running",
      retryAfter: 9,
    });
    expect(await second.arm.resumePoller(String(poller)).pollUntilDone()).toEqual({ id: site });
    expect(second.slept).toEqual([0]);
  });

  it("holds paths only, so it cannot lead away from the endpoint of its reader", async () => {
    const { arm: azure } = client(begunByLocation());
    const operation = String(await azure.resourceGroups.delete(subscription, "web"));
    const script = scripted(empty(204));
    const sandbox = new ArmClient(script, {
      ...stoppedClock(),
      endpoint: "http://localhost:8788/arm",
    });
    expect(await sandbox.pollOnce(operation)).toEqual({ done: true, value: undefined });
    expect(script.asked[0]?.url).toBe(locationUrl.replace(arm, "http://localhost:8788/arm"));
  });

  const encode = (state: unknown) => Buffer.from(JSON.stringify(state)).toString("base64url");
  const good = { method: "DELETE", resource: "/a", mode: "location", poll: "/b" };
  it.each([
    ["nothing", ""],
    ["noise", "%%%"],
    ["another JSON", encode({ hello: 1 })],
    ["an absolute URL", encode({ ...good, poll: "https://evil.example/x" })],
    ["another origin behind user information", encode({ ...good, poll: "@evil.example/x" })],
    ["a climbing path", encode({ ...good, poll: "/..%2f..%2fx" })],
    ["a method that starts nothing", encode({ ...good, method: "GET" })],
    ["a field too many", encode({ ...good, token: "x" })],
  ])("is refused when it is %s", async (_, operation) => {
    const { arm: azure, asked } = client(empty(204));
    const error = await azure.pollOnce(operation).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "invalid_request", details: { field: "operation" } });
    expect(asked).toHaveLength(0);
  });
});
