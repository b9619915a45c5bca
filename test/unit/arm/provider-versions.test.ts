import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArmClient, AzureError } from "../../../src/arm/index.ts";
import { deepJson, oddJson, oddRecord } from "../http/odd-json.ts";
import { type Answer, json, scripted, stoppedClock } from "./script.ts";

const root = "/subscriptions/aaaaaaaa-1111-4000-8000-000000000001";
const site = `${root}/resourceGroups/web/providers/Microsoft.Web/sites/shop`;
const slot = `${site}/slots/blue`;

function client(...answers: Answer[]) {
  const script = scripted(...answers);
  return { asked: script.asked, arm: new ArmClient(script, stoppedClock()) };
}

const provider = (...resourceTypes: unknown[]) =>
  json({ namespace: "Microsoft.Web", resourceTypes });
const sites = (...apiVersions: unknown[]) => ({ resourceType: "sites", apiVersions });
const resource = () => json({ id: site });
const versionOf = (url: string | undefined) => new URL(url ?? "").searchParams.get("api-version");

/** A failure before the resource was asked for, or a version out of the provider's own list. */
function isFair(told: unknown, listed: unknown, asked: string | undefined): boolean {
  if (told instanceof AzureError) {
    return asked === undefined && ["upstream_error", "invalid_request"].includes(told.code);
  }
  const version = versionOf(asked) ?? "";
  return /^\d{4}-\d{2}-\d{2}/.test(version) && JSON.stringify(listed).includes(`"${version}"`);
}

describe("the version of a resource type", () => {
  it.each<[string, unknown[]]>([
    ["versions that are a text", [{ resourceType: "plans", apiVersions: "2024-01-01" }]],
    ["versions that are null", [{ resourceType: "plans", apiVersions: null }]],
    ["a name that is a number", [{ resourceType: 7, apiVersions: ["2024-01-01"] }]],
    ["no name", [{ apiVersions: ["2024-01-01"] }]],
    ["only a name", ["plans"]],
    ["nothing at all", [null, undefined, []]],
  ])("is read beside another type with %s", async (_, others) => {
    const { arm, asked } = client(provider(...others, sites("2024-04-01"), ...others), resource());
    await arm.resources.get(site);
    expect(versionOf(asked[1]?.url)).toBe("2024-04-01");
  });

  it.each([
    [["2024-04-01", 20_250_101, null, ["2026-01-01"]]],
    [["latest", "2024-04-01", "9"]],
    [["2024-13-45", "2024-02-30", "2024-04-01", "0000-00-00"]],
    [["2024-04-01", "2025-01-01-preview", "2025-01-01-"]],
  ])("is the newest day of the calendar in %j", async (versions) => {
    const { arm, asked } = client(provider(sites(...versions)), resource());
    await arm.resources.get(site);
    expect(versionOf(asked[1]?.url)).toBe("2024-04-01");
  });

  it.each<[string, unknown]>([
    ["versions that are a text", { resourceType: "sites", apiVersions: "2024-04-01" }],
    ["versions that are an object", { resourceType: "sites", apiVersions: { 0: "2024-04-01" } }],
    ["numbers", sites(20_240_401)],
    ["words", sites("latest", "stable")],
    ["days of no calendar", sites("2024-13-01")],
  ])("is Microsoft's fault when its provider lists %s", async (_, type) => {
    const { arm } = client(provider(type));
    const error = await arm.resources.get(site).catch((e: unknown) => e);
    expect(error).toMatchObject({
      code: "upstream_error",
      details: { reason: "unexpected_body" },
    });
    expect(String(error)).toContain("give one");
  });

  it.each<[string, Answer]>([
    ["no types", json({ namespace: "Microsoft.Web" })],
    ["types that are an object", json({ resourceTypes: { sites: ["2024-04-01"] } })],
    ["a list", json([sites("2024-04-01")])],
    ["null", json(null)],
    ["lists of 200,000 levels", new Response(deepJson())],
    ["an edge's page", new Response("<html>")],
  ])("is not known from a provider that answers %s", async (_, answer) => {
    const { arm } = client(answer);
    const error = await arm.resources.get(site).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "upstream_error", status: 502 });
  });

  it("is looked up again where an earlier answer did not say it", async () => {
    const odd = { resourceType: "sites", apiVersions: 7 };
    const { arm, asked } = client(
      provider(odd, { resourceType: "plans", apiVersions: ["2023-01-01"] }),
      provider(sites("2024-04-01")),
      resource(),
      resource(),
    );
    expect(await arm.resources.get(site).catch((e: unknown) => e)).toMatchObject({
      code: "upstream_error",
    });
    await arm.resources.get(site);
    await arm.resources.get(site);
    expect(asked.map(({ url }) => versionOf(url))).toEqual([
      "2021-04-01",
      "2021-04-01",
      "2024-04-01",
      "2024-04-01",
    ]);
  });

  it.each([
    ["InvalidApiVersionParameter", (arm: ArmClient) => arm.resources.get(site)],
    ["NoRegisteredProviderFound", (arm: ArmClient) => arm.resources.createOrUpdate(site, {})],
    ["NoRegisteredProviderFound", (arm: ArmClient) => arm.resources.delete(site)],
  ])("is forgotten when ARM refuses it with %s", async (code, call) => {
    const { arm, asked } = client(
      provider(sites("9999-12-31")),
      json({ error: { code, message: "m" } }, 400),
      provider(sites("2024-04-01")),
      resource(),
    );
    expect(await call(arm).catch((e: unknown) => e)).toMatchObject({
      code: "invalid_request",
      details: { upstream_code: code },
    });
    await call(arm);
    expect(versionOf(asked[3]?.url)).toBe("2024-04-01");
  });

  it("is kept when ARM refuses the call for another reason", async () => {
    const { arm, asked } = client(
      provider(sites("2024-04-01")),
      json({ error: { code: "ResourceNotFound" } }, 404),
      resource(),
    );
    await arm.resources.get(site).catch(() => undefined);
    await arm.resources.get(site);
    expect(asked).toHaveLength(3);
  });

  it("is the parent's for a child whose own list cannot be read", async () => {
    const { arm, asked } = client(
      provider({ resourceType: "sites/slots", apiVersions: {} }, sites("2024-04-01")),
      resource(),
    );
    await arm.resources.get(slot);
    expect(versionOf(asked[1]?.url)).toBe("2024-04-01");
  });

  it("is a day of the calendar, or a failure that names what is missing, whatever is listed", async () => {
    const type = oddRecord(["resourceType", "apiVersions"]).chain((odd) =>
      fc.constantFrom<unknown>(odd, { ...odd, resourceType: "sites" }),
    );
    const answer = fc.oneof(
      oddJson(["resourceTypes", "resourceType", "apiVersions"]),
      fc.record({ resourceTypes: fc.array(type, { maxLength: 4 }) }),
    );
    await fc.assert(
      fc.asyncProperty(answer, async (body) => {
        const { arm, asked } = client(json(body), resource());
        const told = await arm.resources.get(site).catch((reason: unknown) => reason);
        expect(isFair(told, body, asked[1]?.url)).toBe(true);
      }),
    );
  });
});
