import { beforeEach, describe, expect, it } from "vitest";
import { CONTOSO_SUBSCRIPTION } from "../../sandbox/constants.ts";
import { BASE, codeOf, createArmHarness, type Said } from "./arm-harness.ts";

const GROUPS = `/subscriptions/${CONTOSO_SUBSCRIPTION}/resourcegroups`;
const V = "api-version=2022-12-01";

const { world, send } = await createArmHarness();
beforeEach(() => world.reset());

describe("resource groups", () => {
  const target = `${GROUPS}/lab?${V}`;
  const create = (tags: Record<string, string> = {}) =>
    send("PUT", target, { body: { location: "West Europe", tags } });

  it("are created, replaced, patched and found without regard to case", async () => {
    const created = await create({ a: "1" });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      id: `/subscriptions/${CONTOSO_SUBSCRIPTION}/resourceGroups/lab`,
      location: "westeurope",
      tags: { a: "1" },
      properties: { provisioningState: "Succeeded" },
    });
    const patched = await send("PATCH", target, { body: { tags: { b: "2" } } });
    expect(patched.body["tags"]).toEqual({ b: "2" });
    const again = await send("PUT", target, { body: { location: "westeurope" } });
    expect([again.status, again.body["tags"]]).toEqual([200, undefined]);
    const shouted = target.replace("resourcegroups/lab", "RESOURCEGROUPS/LAB");
    expect((await send("GET", shouted)).body["name"]).toBe("lab");
    expect((await send("HEAD", shouted)).status).toBe(204);
    expect((await send("HEAD", `${GROUPS}/none?${V}`)).status).toBe(404);
  });

  it.each([
    [{}, 400, "LocationRequired"],
    [{ location: "mars" }, 400, "LocationNotAvailableForResourceGroup"],
    [{ location: "global" }, 400, "LocationNotAvailableForResourceGroup"],
    [{ location: "westeurope", tags: { a: 1 } }, 400, "InvalidRequestContent"],
  ])("refuse the body %j", async (body, status, code) => {
    const said = await send("PUT", target, { body });
    expect([said.status, codeOf(said)]).toEqual([status, code]);
  });

  it("do not move, and need JSON and a good name", async () => {
    await create();
    const moved = await send("PUT", target, { body: { location: "eastus" } });
    expect([moved.status, codeOf(moved)]).toEqual([409, "InvalidResourceGroupLocation"]);
    expect(codeOf(await send("PUT", target))).toBe("UnsupportedMediaType");
    const body = { location: "eastus" };
    expect(codeOf(await send("PUT", `${GROUPS}/a%20b?${V}`, { body }))).toBe(
      "InvalidResourceGroup",
    );
  });

  it("are filtered by tag and paged", async () => {
    const filter = "tagName eq 'environment' and tagValue eq 'staging'";
    const found = await send("GET", `${GROUPS}?${V}&$filter=${encodeURIComponent(filter)}`);
    expect(found.body.value?.map(({ name }) => name)).toEqual(["contoso-staging"]);
    const invalid = await send("GET", `${GROUPS}?${V}&$filter=name%20eq%20'a'`);
    expect(codeOf(invalid)).toBe("InvalidFilterInQueryString");
    const first = await send("GET", `${GROUPS}?${V}&$top=2`);
    expect(first.body.value).toHaveLength(2);
    const second = await send("GET", first.body.nextLink ?? "");
    expect(second.body.value?.map(({ name }) => name)).toEqual(["contoso-staging"]);
    expect(second.body.nextLink).toBeUndefined();
  });

  it("are deleted by an operation that takes its resources with it", async () => {
    const group = `${GROUPS}/contoso-network?${V}`;
    const begun = await send("DELETE", group);
    expect(begun.status).toBe(202);
    expect(begun.headers.get("retry-after")).toBe("1");
    const location = begun.headers.get("location") ?? "";
    expect(location).toMatch(
      new RegExp(`^${BASE}/subscriptions/[^/]+/operationresults/[\\w-]+\\?`),
    );
    expect((await send("GET", group)).body["properties"]).toEqual({
      provisioningState: "Deleting",
    });
    const busy = await send("PUT", group, { body: { location: "westeurope" } });
    expect([busy.status, codeOf(busy)]).toEqual([409, "ResourceGroupBeingDeleted"]);
    const statuses = [];
    for (let poll = 0; poll < 3; poll += 1) statuses.push((await send("GET", location)).status);
    expect(statuses).toEqual([202, 202, 200]);
    expect((await send("GET", group)).status).toBe(404);
    const left = await send("GET", `/subscriptions/${CONTOSO_SUBSCRIPTION}/resources?${V}`);
    expect(left.body.value?.filter(({ id }) => id.includes("contoso-network"))).toEqual([]);
  });

  it("fail to be deleted when their tags say so, after the polls they say", async () => {
    await create({ "sandbox-polls": "5", "sandbox-outcome": "ScopeLocked" });
    const location = (await send("DELETE", target)).headers.get("location") ?? "";
    const said: Said[] = [];
    for (let poll = 0; poll < 6; poll += 1) said.push(await send("GET", location));
    expect(said.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202, 409]);
    expect(said.map(codeOf).at(-1)).toBe("ScopeLocked");
    expect((await send("GET", target)).body["properties"]).toEqual({
      provisioningState: "Succeeded",
    });
  });

  it("come back as they were when the world is reset", async () => {
    await create();
    world.reset();
    expect((await send("GET", target)).status).toBe(404);
  });
});

describe("a filter by tag", () => {
  const lists = [
    `/subscriptions/${CONTOSO_SUBSCRIPTION}/resources`,
    `${GROUPS}/contoso-production/resources`,
  ];
  const asked = (list: string, filter: string) =>
    send("GET", `${list}?${V}&$filter=${encodeURIComponent(filter)}`);

  it.each([
    "location eq 'westeurope' and tagName eq 'team'",
    "tagName eq 'team' and location eq 'westeurope'",
    "tagName eq 'team' and tagValue eq 'data' and resourceType eq 'Microsoft.Compute/disks'",
    "resourceGroup eq 'contoso-production' and tagName eq 'team' and tagValue eq 'data'",
    "name eq 'contosodata001' and tagName eq 'team'",
    "substringof('contoso', name) and tagName eq 'team'",
    "tagName eq 'team' or location eq 'westeurope'",
    "tagName eq 'team' and tagName eq 'environment'",
    "tagName eq 'team' or tagName eq 'environment'",
    "tagValue eq 'data' and tagValue eq 'production'",
    "tagName ne 'team'",
    "tagName eq 'team' and startswith(tagName, 'te')",
    "(tagName eq 'team' and tagValue eq 'data') and identity/principalId eq 'x'",
  ])("combines with nothing else: %s", async (filter) => {
    for (const list of lists) {
      const said = await asked(list, filter);
      expect([said.status, codeOf(said)]).toEqual([400, "InvalidFilterInQueryString"]);
      expect(said.body.error?.message).toContain(filter);
    }
  });

  it.each([
    ["tagName eq 'team'", 24],
    ["tagName eq 'team' and tagValue eq 'data'", 24],
    ["tagValue eq 'data' and tagName eq 'team'", 24],
    ["(tagName eq 'TEAM' and tagValue eq 'data')", 24],
    ["tagName eq 'team' and tagValue eq 'other'", 0],
    ["tagValue eq 'data'", 24],
    ["startswith(tagName, 'te')", 24],
    ["resourceType eq 'Microsoft.Compute/disks' and location eq 'westeurope'", 20],
  ])("and %s finds what it says", async (filter, found) => {
    const said = await asked(`${GROUPS}/contoso-production/resources`, filter);
    expect([said.status, said.body.value?.length]).toEqual([200, found]);
  });

  it.each(["tagName eq 'a' or tagName eq 'b'", "location eq 'westeurope'", "tagName ne 'a'"])(
    "of groups is as narrow: %s",
    async (filter) => {
      expect(codeOf(await asked(GROUPS, filter))).toBe("InvalidFilterInQueryString");
    },
  );
});

describe("resource lists", () => {
  const list = `${GROUPS}/contoso-production/resources?${V}`;

  it("reach every resource over pages, one of them empty", async () => {
    world.settings.page_size = 50;
    const sizes: number[] = [];
    const ids = new Set<string>();
    let next: string | undefined = list;
    while (next) {
      const { body }: Said = await send("GET", next);
      sizes.push(body.value?.length ?? -1);
      for (const { id } of body.value ?? []) ids.add(id.toLowerCase());
      next = body.nextLink;
    }
    expect(sizes).toEqual([50, 0, 50, 21]);
    expect(ids.size).toBe(121);
  });

  it("spell the group as each provider does", async () => {
    const { body } = await send("GET", list);
    const spellings = body.value?.map(({ id }) => id.split("/").slice(3, 5).join("/"));
    expect(new Set(spellings)).toEqual(
      new Set([
        "resourceGroups/contoso-production",
        "resourceGroups/CONTOSO-PRODUCTION",
        "resourcegroups/contoso-production",
      ]),
    );
  });

  it("leave out tags when they are filtered by them, and times unless they are asked for", async () => {
    const byTag = await send("GET", `${list}&$filter=tagName%20eq%20'team'&$expand=createdTime`);
    expect(byTag.body.value).toHaveLength(24);
    expect(byTag.body.value?.[0]).not.toHaveProperty("tags");
    expect(byTag.body.value?.[0]).toMatchObject({ createdTime: "2025-01-15T08:00:00.000Z" });
    const plain = await send("GET", `${list}&$top=1`);
    expect(plain.body.value?.[0]).toHaveProperty("tags");
    expect(plain.body.value?.[0]).not.toHaveProperty("createdTime");
    expect(plain.body.value?.[0]).not.toHaveProperty("properties");
  });

  it.each(["$top=0", "$top=ten", "$skiptoken=nonsense", "$expand=secrets", "$filter=what"])(
    "refuse %s",
    async (query) => {
      expect((await send("GET", `${list}&${query}`)).status).toBe(400);
    },
  );
});
