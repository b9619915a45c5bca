import { beforeEach, describe, expect, it } from "vitest";
import { CONTOSO_SUBSCRIPTION } from "../../sandbox/constants.ts";
import { codeOf, createArmHarness, type Said } from "./arm-harness.ts";

const SUBSCRIPTION = `/subscriptions/${CONTOSO_SUBSCRIPTION}`;
const GROUP = `${SUBSCRIPTION}/resourceGroups/contoso-staging`;
const version = "api-version=2025-04-01";
const at = (scope: string, name: string) =>
  `${scope}/providers/Microsoft.Resources/deployments/${name}`;

const { world, send, tokenOf } = await createArmHarness();
beforeEach(() => world.reset());

const schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#";
const template = (rest: object) => ({
  $schema: schema,
  contentVersion: "1.0.0.0",
  resources: [],
  ...rest,
});

const account = (name: string, rest: object = {}) => ({
  type: "Microsoft.Storage/storageAccounts",
  apiVersion: "2024-01-01",
  name,
  location: "[resourceGroup().location]",
  kind: "StorageV2",
  sku: { name: "Standard_LRS" },
  ...rest,
});

const network = {
  type: "Microsoft.Network/virtualNetworks",
  apiVersion: "2024-05-01",
  name: "vnet",
  location: "northeurope",
  properties: { addressSpace: { addressPrefixes: ["10.0.0.0/16"] } },
};
const subnet = {
  type: "Microsoft.Network/virtualNetworks/subnets",
  apiVersion: "2024-05-01",
  name: "vnet/default",
  dependsOn: ["[resourceId('Microsoft.Network/virtualNetworks', 'vnet')]"],
  properties: { addressPrefix: "10.0.0.0/24" },
};

const deploy = (
  name: string,
  properties: object,
  { scope = GROUP, ...rest }: { scope?: string; [member: string]: unknown } = {},
) =>
  send("PUT", `${at(scope, name)}?${version}`, {
    body: { ...rest, properties: { mode: "Incremental", ...properties } },
  });

const propertiesOf = ({ body }: Said) => body["properties"] as Record<string, unknown>;

/** Polls the operation of a deployment to its end. */
async function finish(begun: Said): Promise<Said> {
  const link = begun.headers.get("azure-asyncoperation") ?? "";
  for (let poll = 0; poll < 5; poll += 1) {
    const said = await send("GET", link);
    expect(said.status).toBe(200);
    if (said.body["status"] !== "Running") return said;
  }
  throw new Error("the deployment does not end");
}

const show = (name: string, scope = GROUP) => send("GET", `${at(scope, name)}?${version}`);

describe("a deployment to a group", () => {
  it("makes its resources in the order they depend on each other, and gives its outputs", async () => {
    const begun = await deploy("first", {
      parameters: { prefix: { value: "fresh" }, key: { value: "hidden" } },
      template: template({
        parameters: {
          prefix: { type: "string" },
          key: { type: "securestring" },
          count: { type: "int", defaultValue: 2 },
        },
        variables: { name: "[toLower(concat(parameters('prefix'), 'DATA'))]" },
        resources: [
          subnet,
          network,
          account("[format('{0}{1}', variables('name'), copyIndex(1))]", {
            copy: { name: "accounts", count: "[parameters('count')]" },
            tags: { deployment: "[deployment().name]" },
          }),
          account("never", { condition: false }),
        ],
        outputs: {
          id: {
            type: "string",
            value:
              "[resourceId('Microsoft.Storage/storageAccounts', concat(variables('name'), '1'))]",
          },
          range: { type: "array", value: "[reference('vnet').addressSpace.addressPrefixes]" },
        },
      }),
    });
    expect(begun.status).toBe(201);
    expect(propertiesOf(begun)).toMatchObject({
      provisioningState: "Accepted",
      parameters: { prefix: { type: "string", value: "fresh" }, key: { type: "securestring" } },
      dependencies: [{ resourceName: "vnet/default", dependsOn: [{ resourceName: "vnet" }] }],
      providers: [
        {
          namespace: "Microsoft.Network",
          resourceTypes: [
            { resourceType: "virtualNetworks" },
            { resourceType: "virtualNetworks/subnets" },
          ],
        },
        {
          namespace: "Microsoft.Storage",
          resourceTypes: [{ resourceType: "storageAccounts", locations: ["northeurope"] }],
        },
      ],
    });
    expect(JSON.stringify(begun.body)).not.toContain("hidden");
    expect(propertiesOf(await show("first"))["provisioningState"]).toBe("Running");
    expect((await finish(begun)).body).toEqual({ status: "Succeeded" });
    const done = propertiesOf(await show("first"));
    expect(done).toMatchObject({
      provisioningState: "Succeeded",
      outputs: {
        id: {
          type: "string",
          value: `${GROUP}/providers/Microsoft.Storage/storageAccounts/freshdata1`,
        },
        range: { type: "array", value: ["10.0.0.0/16"] },
      },
    });
    expect(done["outputResources"]).toHaveLength(4);
    const made = await send("GET", `${GROUP}/resources?api-version=2021-04-01`);
    expect(made.body.value?.map(({ name }) => name)).toEqual([
      "vnet",
      "vnet/default",
      "freshdata1",
      "freshdata2",
    ]);
    expect(made.body.value?.[2]).toMatchObject({ tags: { deployment: "first" } });
    const steps = await send("GET", `${at(GROUP, "first")}/operations?${version}`);
    expect(steps.body.value).toHaveLength(4);
    expect(steps.body.value?.[0]).toMatchObject({
      properties: { provisioningState: "Succeeded", targetResource: { resourceName: "vnet" } },
    });
  });

  it("fails where a resource is refused, leaves out what depends on it, and says why", async () => {
    const begun = await deploy("bad", {
      template: template({
        resources: [
          account("Not A Name"),
          { ...subnet, name: "nowhere/default", dependsOn: ["Not A Name"] },
        ],
      }),
    });
    expect(begun.status).toBe(201);
    expect((await finish(begun)).body).toMatchObject({
      status: "Failed",
      error: { code: "DeploymentFailed", details: [{ code: "AccountNameInvalid" }] },
    });
    expect(propertiesOf(await show("bad"))).toMatchObject({
      provisioningState: "Failed",
      error: { code: "DeploymentFailed" },
      outputResources: [],
    });
    const steps = await send("GET", `${at(GROUP, "bad")}/operations?${version}`);
    expect(steps.body.value).toMatchObject([
      {
        properties: {
          statusCode: "BadRequest",
          statusMessage: { error: { code: "AccountNameInvalid" } },
        },
      },
    ]);
  });

  it("fails with the operation of a resource that fails", async () => {
    const begun = await deploy("late", {
      template: template({
        resources: [{ ...network, tags: { "sandbox-outcome": "QuotaExceeded" } }],
      }),
    });
    expect((await finish(begun)).body).toMatchObject({
      status: "Failed",
      error: { details: [{ code: "QuotaExceeded" }] },
    });
  });

  it("goes back to the last that succeeded when that was asked for", async () => {
    const good = template({ resources: [account("goodone")] });
    await finish(await deploy("good", { template: good }));
    await send(
      "DELETE",
      `${GROUP}/providers/Microsoft.Storage/storageAccounts/goodone?api-version=2024-01-01`,
    );
    const begun = await deploy("bad", {
      template: template({ resources: [account("Bad Name")] }),
      onErrorDeployment: { type: "LastSuccessful" },
    });
    expect(propertiesOf(begun)["onErrorDeployment"]).toEqual({
      type: "LastSuccessful",
      deploymentName: "good",
      provisioningState: "Succeeded",
    });
    expect(
      (
        await send(
          "GET",
          `${GROUP}/providers/Microsoft.Storage/storageAccounts/goodone?api-version=2024-01-01`,
        )
      ).status,
    ).toBe(200);
  });

  it("in Complete mode removes what the template does not name", async () => {
    await finish(
      await deploy("one", {
        template: template({ resources: [account("keepme"), account("dropme")] }),
      }),
    );
    await finish(
      await deploy("two", {
        mode: "Complete",
        template: template({ resources: [account("keepme")] }),
      }),
    );
    const left = await send("GET", `${GROUP}/resources?api-version=2021-04-01`);
    expect(left.body.value?.map(({ name }) => name)).toEqual(["keepme"]);
  });

  it("is one at a time under a name, can be cancelled, listed and deleted", async () => {
    const content = { template: template({ resources: [account("once")] }) };
    const begun = await deploy("busy", content);
    expect(codeOf(await deploy("busy", content))).toBe("DeploymentActive");
    expect((await send("POST", `${at(GROUP, "busy")}/cancel?${version}`)).status).toBe(204);
    expect((await finish(begun)).body).toMatchObject({ status: "Canceled" });
    expect(codeOf(await send("POST", `${at(GROUP, "busy")}/cancel?${version}`))).toBe(
      "DeploymentCannotBeCancelled",
    );
    const listed = await send(
      "GET",
      `${GROUP}/providers/Microsoft.Resources/deployments/?${version}`,
    );
    expect(listed.body.value?.map(({ name }) => name)).toEqual(["busy"]);
    expect((await send("DELETE", `${at(GROUP, "busy")}?${version}`)).status).toBe(204);
    expect(codeOf(await show("busy"))).toBe("DeploymentNotFound");
  });

  it.each([
    [
      "a parameter that lacks",
      template({ parameters: { must: { type: "string" } } }),
      "InvalidTemplate",
    ],
    [
      "a function the sandbox does not know",
      template({ resources: [account("[guid('a')]")] }),
      "InvalidTemplate",
    ],
    [
      "an expression that is none",
      template({ resources: [account("[concat('a' 'b')]")] }),
      "InvalidTemplate",
    ],
    [
      "a circle",
      template({
        resources: [account("aaa", { dependsOn: ["bbb"] }), account("bbb", { dependsOn: ["aaa"] })],
      }),
      "InvalidTemplate",
    ],
    [
      "the same resource twice",
      template({ resources: [account("aaa"), account("aaa")] }),
      "InvalidTemplate",
    ],
    [
      "a provider that does not exist",
      template({ resources: [account("aaa", { type: "Contoso.None/things" })] }),
      "InvalidTemplateDeployment",
    ],
    [
      "a version that does not exist",
      template({ resources: [account("aaa", { apiVersion: "2013-01-01" })] }),
      "InvalidTemplateDeployment",
    ],
    ["no content version", { $schema: schema, resources: [] }, "InvalidTemplate"],
    [
      "a text shorter than its parameter may be",
      template({ parameters: { p: { type: "string", minLength: 5, defaultValue: "abcd" } } }),
      "InvalidTemplate",
    ],
    [
      "a number greater than its parameter may be",
      template({ parameters: { p: { type: "int", maxValue: 5, defaultValue: 6 } } }),
      "InvalidTemplate",
    ],
    [
      "a variable that refers to itself",
      template({
        variables: { a: "[variables('b')]", b: "[variables('A')]" },
        resources: [account("[variables('a')]")],
      }),
      "InvalidTemplate",
    ],
    [
      "an expression of thousands of levels",
      template({ resources: [account(`[${"concat(".repeat(3000)}'a'${")".repeat(3000)}]`)] }),
      "InvalidTemplate",
    ],
    [
      "a value of hundreds of levels",
      template({
        variables: { deep: JSON.parse(`${"[".repeat(400)}${"]".repeat(400)}`) as unknown },
      }),
      "InvalidRequestContent",
    ],
  ])("is refused with %s, by its validation too", async (_, content, code) => {
    expect(codeOf(await deploy("wrong", { template: content }))).toBe(code);
    const body = { properties: { mode: "Incremental", template: content } };
    const judged = await send("POST", `${at(GROUP, "wrong")}/validate?${version}`, { body });
    expect([judged.status, codeOf(judged)]).toEqual([400, code]);
    expect(codeOf(await show("wrong"))).toBe("DeploymentNotFound");
  });

  it.each([
    ["x".repeat(65), "exceeds the maximum length of '64'"],
    ["a%20b", "invalid characters"],
  ])("is refused under the name %s", async (name, problem) => {
    for (const said of [
      await deploy(name, { template: template({}) }),
      await send("POST", `${at(GROUP, name)}/validate?${version}`, {
        body: { properties: { mode: "Incremental", template: template({}) } },
      }),
    ]) {
      expect([said.status, codeOf(said)]).toEqual([400, "InvalidDeploymentName"]);
      expect(said.body.error?.message).toContain(problem);
    }
  });

  it.each([
    ["int", "[div(1, 0)]"],
    ["int", "[mod(1, 0)]"],
    ["string", "[substring('abc', 1, 5)]"],
    ["string", "[format('{0}-{1}', 'a')]"],
    ["string", "[replace('a', '', 'b')]"],
    ["bool", "[bool('maybe')]"],
    ["array", "[range(0, 10001)]"],
    ["string", "[createObject('a', 1)]"],
    ["int", "[string(1)]"],
    ["array", "[createArray(1, 2)[0]]"],
    ["nothing", "a"],
  ])("fails where an output of type %s is %s", async (type, value) => {
    await finish(await deploy("d", { template: template({ outputs: { x: { type, value } } }) }));
    expect(propertiesOf(await show("d"))).toMatchObject({
      provisioningState: "Failed",
      error: { code: "DeploymentOutputEvaluationFailed" },
    });
  });

  it.each([
    ["string", "[substring('abc', 1, 2)]", "bc"],
    ["string", "[substring('abc', 3)]", ""],
    ["string", "[replace('a+a', 'a', '$&')]", "$&+$&"],
    ["string", "[base64('ü')]", "w7w="],
    ["bool", "[bool('FALSE')]", false],
    ["int", "[max(createArray(1, 3, 2))]", 3],
    ["int", "[min(4, 3)]", 3],
    ["string", "[if(true(), 'a', string(div(1, 0)))]", "a"],
  ])("gives an output of type %s for %s", async (type, value, expected) => {
    await finish(await deploy("d", { template: template({ outputs: { x: { type, value } } }) }));
    expect(propertiesOf(await show("d"))).toMatchObject({
      outputs: { x: { type: expect.any(String), value: expected } },
    });
  });

  it("is refused to a reader, and each resource to whom its own role lacks", async () => {
    const token = await tokenOf("grace@contoso.example");
    const body = { properties: { mode: "Incremental", template: template({}) } };
    const hers = await send("PUT", `${at(GROUP, "hers")}?${version}`, { token, body });
    expect(codeOf(hers)).toBe("AuthorizationFailed");
  });
});

describe("a deployment to a subscription", () => {
  it("makes groups and deploys into them by templates within", async () => {
    const inner = template({
      resources: [account("insider", { location: "westeurope" })],
      outputs: { where: { type: "string", value: "[resourceGroup().name]" } },
    });
    const begun = await deploy(
      "landing",
      {
        template: template({
          resources: [
            {
              type: "Microsoft.Resources/resourceGroups",
              apiVersion: "2022-09-01",
              name: "landed",
              location: "[deployment().location]",
            },
            {
              type: "Microsoft.Resources/deployments",
              apiVersion: "2022-09-01",
              name: "within",
              resourceGroup: "landed",
              dependsOn: ["landed"],
              properties: {
                mode: "Incremental",
                expressionEvaluationOptions: { scope: "inner" },
                template: inner,
              },
            },
          ],
          outputs: {
            where: { type: "string", value: "[reference('within').outputs.where.value]" },
          },
        }),
      },
      { scope: SUBSCRIPTION, location: "westeurope" },
    );
    expect(begun.status).toBe(201);
    expect((await finish(begun)).body).toEqual({ status: "Succeeded" });
    expect(propertiesOf(await show("landing", SUBSCRIPTION))["outputs"]).toEqual({
      where: { type: "string", value: "landed" },
    });
    const group = `${SUBSCRIPTION}/resourceGroups/landed`;
    expect(propertiesOf(await show("within", group))["provisioningState"]).toBe("Succeeded");
    const made = await send("GET", `${group}/resources?api-version=2021-04-01`);
    expect(made.body.value?.map(({ name }) => name)).toEqual(["insider"]);
  });

  it("needs a location, which a deployment to a group must not have", async () => {
    const content = { template: template({}) };
    expect(codeOf(await deploy("here", content, { scope: SUBSCRIPTION }))).toBe("LocationRequired");
    expect(codeOf(await deploy("here", content, { location: "westeurope" }))).toBe(
      "InvalidDeployment",
    );
  });
});

describe("what-if", () => {
  it("tells what would be made, changed, kept and left alone, and does none of it", async () => {
    const storage = account("present");
    await finish(await deploy("base", { template: template({ resources: [storage, network] }) }));
    const begun = await send("POST", `${at(GROUP, "guess")}/whatIf?${version}`, {
      body: {
        properties: {
          mode: "Incremental",
          template: template({
            resources: [{ ...storage, tags: { team: "data" } }, account("absent")],
          }),
        },
      },
    });
    expect(begun.status).toBe(202);
    let said = begun;
    for (let poll = 0; poll < 5 && said.status === 202; poll += 1)
      said = await send("GET", begun.headers.get("location") ?? "");
    expect(said.body).toMatchObject({
      status: "Succeeded",
      properties: {
        changes: [
          {
            changeType: "Modify",
            delta: [{ path: "tags", propertyChangeType: "Create", after: { team: "data" } }],
          },
          { changeType: "Create", after: { name: "absent" } },
          { changeType: "Ignore" },
        ],
      },
    });
    const left = await send("GET", `${GROUP}/resources?api-version=2021-04-01`);
    expect(left.body.value).toHaveLength(2);
  });
});

describe("the template of a group", () => {
  it("makes the same resources in another group", async () => {
    const begun = await send(
      "POST",
      `${SUBSCRIPTION}/resourceGroups/contoso-network/exportTemplate?${version}`,
      {
        body: { resources: ["*"], options: "IncludeParameterDefaultValue" },
      },
    );
    expect(begun.status).toBe(202);
    let said = begun;
    for (let poll = 0; poll < 5 && said.status === 202; poll += 1)
      said = await send("GET", begun.headers.get("location") ?? "");
    expect(said.body["template"]).toMatchObject({
      parameters: {
        virtualNetworks_contoso_vnet_name: { defaultValue: "contoso-vnet", type: "String" },
      },
    });
    const again = await deploy("copy", { template: said.body["template"] });
    expect((await finish(again)).body).toEqual({ status: "Succeeded" });
    const made = await send("GET", `${GROUP}/resources?api-version=2021-04-01`);
    expect(made.body.value?.map(({ name }) => name)).toEqual([
      "contoso-vnet",
      "contoso-vnet/default",
    ]);
  });
});
