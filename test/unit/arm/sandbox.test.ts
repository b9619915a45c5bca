import { beforeAll, describe, expect, it } from "vitest";
import { ArmClient, quotaOf, sameResourceId } from "../../../src/arm/index.ts";
import {
  CONTOSO_SUBSCRIPTION,
  ENGINEERING_SUBSCRIPTION,
  FABRIKAM_SUBSCRIPTION,
} from "../../sandbox/constants.ts";
import { createSandbox } from "../../sandbox/index.ts";
import { redeemedToken } from "../../support/redeemed-token.ts";
import { stoppedClock } from "./script.ts";

/** Where Entra stands, and what Ada signs in for. */
const login = {
  origin: "https://login.microsoftonline.com",
  scopes: "https://management.azure.com/user_impersonation",
};

type Sandbox = Awaited<ReturnType<typeof createSandbox>>;

describe("ArmClient against the sandbox's ARM", () => {
  let sandbox: Sandbox;
  let arm: ArmClient;
  let asked: { method: string; url: string; status: number; headers: Headers }[];
  let slept: number[];

  beforeAll(async () => {
    sandbox = await createSandbox();
    const token = await redeemedToken(sandbox, login);
    const clock = stoppedClock();
    asked = [];
    slept = clock.slept;
    const fetch = async (url: string, init: RequestInit = {}): Promise<Response> => {
      const headers = new Headers(init.headers);
      headers.set("authorization", `Bearer ${token}`);
      const request = new Request(url, { ...init, headers });
      const response = await sandbox.fetch(request);
      asked.push({
        method: request.method,
        url,
        status: response.status,
        headers: response.headers,
      });
      return response;
    };
    arm = new ArmClient({ fetch }, clock);
  });

  const fault = async (body: object): Promise<void> => {
    const response = await sandbox.fetch(
      new Request("https://management.azure.com/_sandbox/faults", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    );
    expect(response.ok).toBe(true);
  };

  it("lists the subscriptions of the tenant", async () => {
    const ids: string[] = [];
    for await (const { subscriptionId } of arm.subscriptions.list()) ids.push(subscriptionId);
    expect(ids.toSorted()).toEqual([CONTOSO_SUBSCRIPTION, ENGINEERING_SUBSCRIPTION]);
  });

  it("reads the 120 seeded resources and the vault of a group, past an empty page", async () => {
    const list = arm.resources.listByResourceGroup(CONTOSO_SUBSCRIPTION, "contoso-production");
    const sizes: number[] = [];
    const ids = new Set<string>();
    for await (const { items } of list.byPage({ maxPageSize: 50 })) {
      sizes.push(items.length);
      for (const { id } of items) ids.add(id.toLowerCase());
    }
    expect(sizes).toEqual([50, 0, 50, 21]);
    expect(ids.size).toBe(121);
  });

  it("finds the api-version of a type by its provider", async () => {
    const list = arm.resources.listBySubscription(CONTOSO_SUBSCRIPTION, {
      filter: "resourceType eq 'Microsoft.Storage/storageAccounts'",
    });
    const first = await list.byPage({ maxPageSize: 1 }).next();
    const id = first.done ? "" : (first.value.items[0]?.id ?? "");
    const resource = await arm.resources.get(id);
    expect(sameResourceId(resource.id, id)).toBe(true);
    const [provider, get] = asked.slice(-2);
    expect(provider?.url).toContain("/providers/Microsoft.Storage?");
    expect(new URL(get?.url ?? "").searchParams.get("api-version")).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(Object.values(quotaOf(get?.headers ?? new Headers()))).not.toEqual([]);
  });

  it("sees a deletion fail after five polls, with Microsoft's code", async () => {
    await arm.resourceGroups.createOrUpdate(CONTOSO_SUBSCRIPTION, "locked", {
      location: "westeurope",
      tags: {
        "sandbox-polls": "5",
        "sandbox-outcome": "ScopeLocked",
        "sandbox-retry-after": "17",
      },
    });
    const poller = await arm.resourceGroups.delete(CONTOSO_SUBSCRIPTION, "locked");
    const before = asked.length;
    const error = await poller.pollUntilDone().catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "conflict", details: { upstream_code: "ScopeLocked" } });
    expect(asked.slice(before).map(({ status }) => status)).toEqual([202, 202, 202, 202, 202, 409]);
    expect(slept.slice(-6)).toEqual(Array.from({ length: 6 }, () => 17_000));
  });

  it("goes on when a poll meets a 503, and deletes the group", async () => {
    await arm.resourceGroups.createOrUpdate(CONTOSO_SUBSCRIPTION, "shaky", {
      location: "westeurope",
      tags: { "sandbox-polls": "2" },
    });
    const poller = await arm.resourceGroups.delete(CONTOSO_SUBSCRIPTION, "shaky");
    await poller.pollOnce();
    await fault({
      match: { url: "operationresults" },
      respond: { status: 503, headers: { "retry-after": "4" } },
    });
    const before = asked.length;
    await arm.resumePoller(String(poller)).pollUntilDone();
    const statuses = asked.slice(before).map(({ status }) => status);
    expect(statuses.slice(0, 2)).toEqual([503, 202]);
    expect([200, 204]).toContain(statuses.at(-1));
    const gone = await arm.resourceGroups
      .get(CONTOSO_SUBSCRIPTION, "shaky")
      .catch((e: unknown) => e);
    expect(gone).toMatchObject({
      code: "not_found",
      details: { upstream_code: "ResourceGroupNotFound" },
    });
  });

  it("creates a resource by a long-running operation and reads it at the end", async () => {
    const id = `/subscriptions/${ENGINEERING_SUBSCRIPTION}/resourceGroups/engineering-lab/providers/Microsoft.Storage/storageAccounts/labdata1`;
    const poller = await arm.resources.createOrUpdate(id, {
      location: "eastus",
      kind: "StorageV2",
      sku: { name: "Standard_LRS" },
      tags: { made: "here" },
    });
    expect(poller.done).toBe(false);
    const made = await poller.pollUntilDone();
    expect(made).toMatchObject({ name: "labdata1", tags: { made: "here" } });
    const removed = await arm.resources.delete(id);
    await removed.pollUntilDone();
    const gone = await arm.resources.get(id).catch((e: unknown) => e);
    expect(gone).toMatchObject({ code: "not_found" });
  });

  it("merges tags, and reads them back", async () => {
    const scope = `/subscriptions/${CONTOSO_SUBSCRIPTION}/resourceGroups/contoso-staging`;
    const updated = await arm.tags.update(scope, { operation: "Merge", tags: { team: "web" } });
    const { properties } = await updated.pollUntilDone();
    expect(properties.tags).toEqual({ environment: "staging", team: "web" });
    expect((await arm.tags.get(scope)).properties.tags).toEqual(properties.tags);
    const names: string[] = [];
    for await (const { tagName } of arm.tags.listNames(CONTOSO_SUBSCRIPTION)) names.push(tagName);
    expect(names).toContain("environment");
  });

  it("says that another tenant's subscription needs another token", async () => {
    const error = await arm.subscriptions.get(FABRIKAM_SUBSCRIPTION).catch((e: unknown) => e);
    expect(error).toMatchObject({
      code: "upstream_error",
      details: { upstream_code: "InvalidAuthenticationTokenTenant" },
    });
  });
});
