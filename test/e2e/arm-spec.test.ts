import Ajv from "ajv";
import addFormats from "ajv-formats";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createArm } from "../sandbox/arm/index.ts";
import { FABRIKAM_SUBSCRIPTION } from "../sandbox/constants.ts";
import { createWorld } from "../sandbox/create-world.ts";
import { armDocuments, armOperations, group, subscription } from "../specs/arm-operations.ts";
import type { ArmOperation } from "../specs/arm-operations.ts";
import documents from "../specs/arm-types.json" with { type: "json" };

const versions = { subscriptions: "2021-01-01", resources: "2021-04-01" };
type Refusal = Omit<ArmOperation, "spec">;

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
 * Two of the swagger's lists require a nextLink, but ARM ends every list by leaving it out (the
 * resource provider contract: "null or absent"), and so does the sandbox.
 */
const withoutNextLink = (document: object): object =>
  JSON.parse(JSON.stringify(document), (name, value: unknown) =>
    name === "required" && Array.isArray(value)
      ? value.filter((member) => member !== "nextLink")
      : value,
  ) as object;

describe("ARM's answers against Microsoft's swagger", () => {
  const world = createWorld();
  const arm = createArm(world);
  let validator: Ajv;
  let authorization: string;

  beforeAll(async () => {
    // Swagger 2.0 schemas hold vendor extensions that JSON Schema does not know.
    validator = new Ajv({ strict: false, allErrors: true });
    addFormats(validator);
    for (const [file, document] of Object.entries(documents))
      validator.addSchema({ ...withoutNextLink(document), $id: `https://specs/${file}` });
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

  it.each(armOperations)("$method $spec of $document", async (operation) => {
    const { document, spec, method, status = 200 } = operation;
    const answer = await send(operation);
    expect(answer.status).toBe(status);
    const pointer = spec.replaceAll("/", "~1");
    const reference = `https://specs/${armDocuments[document]}#/paths/${encodeURIComponent(pointer)}/${method.toLowerCase()}/responses/${status}/schema`;
    expect(errorsOf(reference, answer.body)).toEqual([]);
  });

  it.each(refusals)(
    "refuses $method $path with $status in the swagger's error shape",
    async (refusal) => {
      const answer = await send(refusal);
      expect(answer.status).toBe(refusal.status);
      const reference = `https://specs/${armDocuments[refusal.document]}#/definitions/CloudError`;
      expect(errorsOf(reference, answer.body)).toEqual([]);
      expect(answer.body).toHaveProperty("error.code");
      expect(answer.body).toHaveProperty("error.message");
    },
  );

  it("would notice an answer that is not what the swagger says", () => {
    const reference = `https://specs/${armDocuments.resources}#/definitions/ResourceGroup`;
    expect(errorsOf(reference, { location: 5, tags: [] })).toHaveLength(2);
    expect(errorsOf(reference, {})).toHaveLength(1);
  });
});
