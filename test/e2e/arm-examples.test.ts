import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createArm } from "../sandbox/arm/index.ts";
import { createWorld } from "../sandbox/create-world.ts";
import {
  type ArmExample,
  armExamples,
  lacking,
  pathNames,
  type Shape,
  shapeOfValue,
  templateSpec,
} from "../specs/arm-examples.ts";
import { subscription } from "../specs/arm-operations.ts";
import examples from "../specs/arm-examples.json" with { type: "json" };

const versions = { subscriptions: "2021-01-01", resources: "2021-04-01" };

/** What Microsoft's examples deploy by a link: a change to a group's resource, and something new. */
const groupTemplate = {
  $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  contentVersion: "1.0.0.0",
  resources: [
    {
      type: "Microsoft.Network/virtualNetworks",
      apiVersion: "2024-05-01",
      name: "contoso-vnet",
      location: "westeurope",
      tags: { environment: "shared", myNewTag: "my tag value" },
      properties: { addressSpace: { addressPrefixes: ["10.0.0.0/16"] } },
    },
    {
      type: "Microsoft.Network/virtualNetworks/subnets",
      apiVersion: "2024-05-01",
      name: "contoso-vnet/second",
      dependsOn: ["contoso-vnet"],
      properties: { addressPrefix: "10.0.1.0/24" },
    },
  ],
};
const atSubscription = {
  type: "Microsoft.Resources/resourceGroups",
  apiVersion: "2021-04-01",
  location: "eastus",
};
const subscriptionTemplate = {
  ...groupTemplate,
  resources: [
    { ...atSubscription, name: "engineering-new" },
    {
      ...atSubscription,
      name: "contoso-production",
      location: "westeurope",
      tags: { environment: "production", owner: "ada", myNewTag: "my tag value" },
    },
  ],
};
/** Above subscriptions: one assignment of a role, and another that it waits for. */
const assignment = {
  type: "Microsoft.Authorization/roleAssignments",
  apiVersion: "2022-04-01",
  properties: {
    roleDefinitionId:
      "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7",
    principalId: "aaaaaaaa-2222-4000-8000-000000000002",
  },
};
const tenantTemplate = {
  ...groupTemplate,
  resources: [
    { ...assignment, name: "11111111-0000-4000-8000-000000000001" },
    {
      type: "Microsoft.Resources/deployments",
      apiVersion: "2021-04-01",
      name: "within",
      location: "eastus",
      properties: { mode: "Incremental", template: { ...groupTemplate, resources: [] } },
    },
    {
      ...assignment,
      name: "11111111-0000-4000-8000-000000000002",
      dependsOn: ["11111111-0000-4000-8000-000000000001"],
      properties: { ...assignment.properties, principalId: "aaaaaaaa-2222-4000-8000-000000000003" },
    },
  ],
};

const slices: Readonly<Record<string, { body?: unknown; answers: Record<string, Shape | null> }>> =
  examples;

/** The document that a 200 of Microsoft's holds bare, though its description puts it in `value`. */
const listed: ReadonlySet<string> = new Set(["GetLocations", "GetLocationsWithExtendedLocations"]);

/**
 * What of an example the sandbox's answer lacks, and may: the list ends, nobody else manages the
 * subscriptions, no tenant has a logo, all could be exported, and one example asks by an address to
 * be answered with a template spec.
 */
const excepted: Readonly<Record<string, readonly string[]>> = {
  GetSubscriptions: ["value[].managedByTenants is empty", "nextLink lacks"],
  GetSubscription: ["managedByTenants is empty"],
  GetTenants: ["value[].tenantBrandingLogoUrl lacks", "nextLink lacks"],
  ExportResourceGroup: ["error lacks"],
  PutDeploymentResourceGroup: ["properties.templateLink.id lacks"],
};

describe("Microsoft's published examples of ARM", () => {
  let template: object = groupTemplate;
  const world = createWorld({
    outbound: async (input) => {
      const { url } = new Request(input);
      return url.startsWith("https://example.com/exampleTemplate.json")
        ? Response.json(template)
        : new Response(null, { status: 404 });
    },
  });
  const arm = createArm(world);
  let authorization: string;

  beforeAll(async () => {
    const { token } = await world.issueAccessToken({
      audience: "arm",
      user: "ada@contoso.example",
      scopes: ["user_impersonation"],
    });
    authorization = `Bearer ${token}`;
  });
  beforeEach(() => world.reset());

  async function send(method: string, target: string, body?: unknown) {
    const url = new URL(target, "https://management.azure.com");
    const response = await arm.request(
      url.pathname + url.search,
      {
        method,
        headers: { authorization, "content-type": "application/json" },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      },
      { base: url.origin },
    );
    const text = await response.text();
    const { status, headers } = response;
    return { status, headers, body: text ? (JSON.parse(text) as unknown) : undefined };
  }

  /** What has to be there before some of the examples are asked. */
  async function prepare({ name, spec }: ArmExample): Promise<void> {
    template = spec.startsWith("/subscriptions/{subscriptionId}/resourcegroups")
      ? groupTemplate
      : spec.startsWith("/subscriptions")
        ? subscriptionTemplate
        : tenantTemplate;
    if (name.includes("TemplateSpecs")) {
      const specs = "api-version=2022-02-01";
      await send("PUT", `${templateSpec.replace(/\/versions.*/, "")}?${specs}`, {
        location: "eastus",
      });
      await send("PUT", `${templateSpec}?${specs}`, {
        location: "eastus",
        properties: {
          mainTemplate: name.includes("Subscription") ? subscriptionTemplate : groupTemplate,
        },
      });
    }
    if (name === "PostDeploymentWhatIfOnManagementGroup") {
      const [first] = tenantTemplate.resources;
      const scope = "/providers/Microsoft.Management/managementGroups/contoso-platform";
      const { roleDefinitionId } = assignment.properties;
      await send("PUT", `${scope}/providers/${first?.type}/${first?.name}?api-version=2022-04-01`, {
        properties: { roleDefinitionId, principalId: "aaaaaaaa-2222-4000-8000-000000000001" },
      });
    }
    if (name.includes("OnError")) {
      const earlier = `${subscription}/resourcegroups/contoso-network/providers/Microsoft.Resources/deployments/name-of-deployment-to-use?api-version=2021-04-01`;
      const begun = await send("PUT", earlier, { properties: { mode: "Incremental", template } });
      for (let poll = 0; poll < 3; poll += 1)
        await send("GET", begun.headers.get("azure-asyncoperation") ?? "");
    }
  }

  async function ask(example: ArmExample) {
    const { spec, document, path = {}, query = {}, method, body, name } = example;
    const filled = spec.replaceAll(
      /\{(\w+)\}/g,
      (_, each: string) => path[each] ?? pathNames[each] ?? each,
    );
    const search = new URLSearchParams({ ...query, "api-version": versions[document] });
    const first = await send(method, `${filled}?${search}`, body ?? slices[name]?.body);
    let last = first;
    for (let poll = 0; example.followed && last.status === 202 && poll < 5; poll += 1)
      last = await send("GET", first.headers.get("location") ?? "");
    return last;
  }

  it("are 34, of which 29 are answered with all that Microsoft's answer has", () => {
    const all = Object.keys(slices).toSorted();
    expect(armExamples.map(({ name }) => name).toSorted()).toEqual(all);
    expect(all).toHaveLength(34);
    expect(Object.keys(excepted)).toHaveLength(5);
  });

  it.each(armExamples)("$name is answered with what Microsoft's answer has", async (example) => {
    await prepare(example);
    const answer = await ask(example);
    expect([answer.status, answer.body]).toEqual([example.status, answer.body]);
    const wanted = slices[example.name]?.answers[String(example.status)];
    expect(wanted).toBeDefined();
    if (!wanted) return;
    const shown = listed.has(example.name)
      ? (answer.body as { value: unknown }).value
      : answer.body;
    const found = shapeOfValue(JSON.parse(JSON.stringify(shown)));
    expect(lacking(wanted, found).toSorted()).toEqual((excepted[example.name] ?? []).toSorted());
  });

  it("would miss a member, a kind, and the items of a list", () => {
    const wanted = shapeOfValue({ a: { b: 1 }, c: ["x"], d: true });
    expect(lacking(wanted, shapeOfValue({ a: { b: "1" }, c: [] }))).toEqual([
      "a.b is no number",
      "c is empty",
      "d lacks",
    ]);
  });

  it("hash a template as Microsoft's does", async () => {
    const body = slices["CalculateTemplateHash"]?.body;
    const path = "/providers/Microsoft.Resources/calculateTemplateHash?api-version=2021-04-01";
    expect((await send("POST", path, body)).body).toMatchObject({
      templateHash: "695440707931307747",
    });
  });
});
