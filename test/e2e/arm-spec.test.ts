import { existsSync, readFileSync } from "node:fs";
import Ajv from "ajv";
import addFormats from "ajv-formats";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createArm } from "../sandbox/arm/index.ts";
import { CONTOSO_SUBSCRIPTION, FABRIKAM_SUBSCRIPTION } from "../sandbox/constants.ts";
import { createWorld } from "../sandbox/create-world.ts";

const SPECS = new URL("../../../shared/specs/arm/", import.meta.url);
const DOCUMENTS = {
  subscriptions: "resources/2021-01-01/subscriptions.json",
  resources: "resources/2021-04-01/resources.json",
};
const COMMON_TYPES = [
  "common-types/resource-management/v1/types.json",
  "common-types/resource-management/v2/types.json",
];
type DocumentName = keyof typeof DOCUMENTS;

const versions = { subscriptions: "2021-01-01", resources: "2021-04-01" };
const subscription = `/subscriptions/${CONTOSO_SUBSCRIPTION}`;
const group = `${subscription}/resourcegroups/contoso-production`;

interface Operation {
  document: DocumentName;
  /** The operation's path in the swagger. */
  spec: string;
  path: string;
  method: string;
  body?: unknown;
  status?: number;
}

const groupPath = "/subscriptions/{subscriptionId}/resourcegroups/{resourceGroupName}";
const tagsPath = "/{scope}/providers/Microsoft.Resources/tags/default";

const operations: readonly Operation[] = [
  { document: "subscriptions", method: "GET", spec: "/subscriptions", path: "/subscriptions" },
  {
    document: "subscriptions",
    method: "GET",
    spec: "/subscriptions/{subscriptionId}",
    path: subscription,
  },
  {
    document: "subscriptions",
    method: "GET",
    spec: "/subscriptions/{subscriptionId}/locations",
    path: `${subscription}/locations`,
  },
  { document: "subscriptions", method: "GET", spec: "/tenants", path: "/tenants" },
  {
    document: "resources",
    method: "GET",
    spec: "/subscriptions/{subscriptionId}/resourcegroups",
    path: `${subscription}/resourcegroups`,
  },
  { document: "resources", method: "GET", spec: groupPath, path: group },
  {
    document: "resources",
    spec: groupPath,
    path: `${subscription}/resourcegroups/new`,
    method: "PUT",
    body: { location: "westeurope", tags: { a: "1" } },
    status: 201,
  },
  {
    document: "resources",
    spec: groupPath,
    path: group,
    method: "PATCH",
    body: { tags: { a: "1" } },
  },
  {
    document: "resources",
    method: "GET",
    spec: "/subscriptions/{subscriptionId}/resources",
    path: `${subscription}/resources?$expand=createdTime,changedTime,provisioningState`,
  },
  {
    document: "resources",
    method: "GET",
    spec: "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/resources",
    path: `${group}/resources?$top=3`,
  },
  {
    document: "resources",
    method: "GET",
    spec: "/subscriptions/{subscriptionId}/providers",
    path: `${subscription}/providers`,
  },
  {
    document: "resources",
    method: "GET",
    spec: "/subscriptions/{subscriptionId}/providers/{resourceProviderNamespace}",
    path: `${subscription}/providers/Microsoft.Storage`,
  },
  {
    document: "resources",
    method: "GET",
    spec: "/subscriptions/{subscriptionId}/providers/{resourceProviderNamespace}/resourceTypes",
    path: `${subscription}/providers/Microsoft.Storage/resourceTypes`,
  },
  {
    document: "resources",
    spec: "/subscriptions/{subscriptionId}/providers/{resourceProviderNamespace}/register",
    path: `${subscription}/providers/Microsoft.ContainerService/register`,
    method: "POST",
  },
  { document: "resources", method: "GET", spec: "/providers", path: "/providers" },
  {
    document: "resources",
    method: "GET",
    spec: "/providers/{resourceProviderNamespace}",
    path: "/providers/Microsoft.Web",
  },
  {
    document: "resources",
    method: "GET",
    spec: "/subscriptions/{subscriptionId}/tagNames",
    path: `${subscription}/tagNames`,
  },
  {
    document: "resources",
    method: "GET",
    spec: tagsPath,
    path: `${group}/providers/Microsoft.Resources/tags/default`,
  },
  {
    document: "resources",
    spec: tagsPath,
    path: `${group}/providers/Microsoft.Resources/tags/default`,
    method: "PATCH",
    body: { operation: "Merge", properties: { tags: { a: "1" } } },
  },
];

type Refusal = Omit<Operation, "spec">;

const refusals: readonly Refusal[] = [
  {
    document: "subscriptions",
    method: "GET",
    path: `/subscriptions/${FABRIKAM_SUBSCRIPTION}`,
    status: 401,
  },
  {
    document: "resources",
    method: "GET",
    path: `${subscription}/resourcegroups/nowhere`,
    status: 404,
  },
  {
    document: "resources",
    path: `${subscription}/resourcegroups/new`,
    method: "PUT",
    body: {},
    status: 400,
  },
  {
    document: "resources",
    method: "GET",
    path: `${group}/providers/Microsoft.ContainerService/managedClusters/c?api-version=2025-08-01`,
    status: 409,
  },
];

/**
 * A swagger document. Two of its lists require a nextLink, but ARM ends every list by leaving it
 * out (the resource provider contract: "null or absent"), and so does the sandbox.
 */
const readSpec = (file: string): object =>
  JSON.parse(readFileSync(new URL(file, SPECS), "utf8"), (name, value: unknown) =>
    name === "required" && Array.isArray(value)
      ? value.filter((member) => member !== "nextLink")
      : value,
  ) as object;

describe.runIf(existsSync(SPECS))("ARM's answers against Microsoft's swagger", () => {
  const world = createWorld();
  const arm = createArm(world);
  let validator: Ajv;
  let authorization: string;

  beforeAll(async () => {
    // Swagger 2.0 schemas hold vendor extensions that JSON Schema does not know.
    validator = new Ajv({ strict: false, allErrors: true });
    addFormats(validator);
    for (const file of [...Object.values(DOCUMENTS), ...COMMON_TYPES])
      validator.addSchema({ ...readSpec(file), $id: `https://specs/${file}` });
    const { token } = await world.issueAccessToken({
      audience: "arm",
      user: "ada@contoso.example",
      scopes: ["user_impersonation"],
    });
    authorization = `Bearer ${token}`;
  });
  beforeEach(() => world.reset());

  async function send({ document, method, path, body }: Refusal) {
    const url = new URL(path, "https://management.azure.com");
    if (!url.searchParams.has("api-version"))
      url.searchParams.set("api-version", versions[document]);
    const response = await arm.request(
      url.pathname + url.search,
      {
        method,
        headers: { authorization, "content-type": "application/json" },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      },
      { base: url.origin },
    );
    return { status: response.status, body: (await response.json()) as unknown };
  }

  const errorsOf = (reference: string, body: unknown) => {
    const validate = validator.getSchema(reference);
    if (!validate) throw new Error(`The swagger has no ${reference}`);
    return validate(body) ? [] : validate.errors;
  };

  it.each(operations)("$method $spec of $document", async (operation) => {
    const { document, spec, method, status = 200 } = operation;
    const answer = await send(operation);
    expect(answer.status).toBe(status);
    const pointer = spec.replaceAll("/", "~1");
    const reference = `https://specs/${DOCUMENTS[document]}#/paths/${encodeURIComponent(pointer)}/${method.toLowerCase()}/responses/${status}/schema`;
    expect(errorsOf(reference, answer.body)).toEqual([]);
  });

  it.each(refusals)(
    "refuses $method $path with $status in the swagger's error shape",
    async (refusal) => {
      const answer = await send(refusal);
      expect(answer.status).toBe(refusal.status);
      const reference = `https://specs/${DOCUMENTS[refusal.document]}#/definitions/CloudError`;
      expect(errorsOf(reference, answer.body)).toEqual([]);
      expect(answer.body).toHaveProperty("error.code");
      expect(answer.body).toHaveProperty("error.message");
    },
  );

  it("would notice an answer that is not what the swagger says", () => {
    const reference = `https://specs/${DOCUMENTS.resources}#/definitions/ResourceGroup`;
    expect(errorsOf(reference, { location: 5, tags: [] })).toHaveLength(2);
    expect(errorsOf(reference, {})).toHaveLength(1);
  });
});
