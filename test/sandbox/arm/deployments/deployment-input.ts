import * as z from "zod";
import { type Answer, failure } from "../answer.ts";
import { readBody, tagsSchema } from "../body.ts";
import { isRegion, normalizeLocation } from "../locations.ts";
import type { ScopedCall } from "../scoped-routes.ts";
import type { TemplateLink } from "./deployment.ts";
import type { EvaluationContext } from "./evaluation.ts";
import type { Value } from "./functions.ts";
import { planResources, type PlannedResource } from "./planned-resources.ts";
import { readParameters, readTemplate, type Template } from "./template.ts";
import { TemplateError } from "./template-error.ts";

const json: z.ZodType<Value> = z.json();

const deploymentBody = z.object({
  location: z.string().nullish(),
  tags: tagsSchema.nullish(),
  properties: z.looseObject({
    mode: z.enum(["Incremental", "Complete"]),
    template: json.optional(),
    templateLink: z
      .looseObject({
        uri: z.string().optional(),
        queryString: z.string().optional(),
        id: z.string().optional(),
        contentVersion: z.string().optional(),
      })
      .nullish(),
    parameters: z.record(z.string(), z.looseObject({ value: json.optional() })).nullish(),
    onErrorDeployment: z
      .object({
        type: z.enum(["LastSuccessful", "SpecificDeployment"]),
        deploymentName: z.string().optional(),
      })
      .nullish(),
    whatIfSettings: z
      .looseObject({ resultFormat: z.enum(["ResourceIdOnly", "FullResourcePayloads"]).optional() })
      .nullish(),
  }),
});

export type DeploymentBody = z.output<typeof deploymentBody>;

/** A deployment as it was asked for, worked out as far as that goes before it runs. */
export interface DeploymentInput {
  body: DeploymentBody;
  location?: string;
  template: Template;
  templateLink?: TemplateLink;
  parameters: Readonly<Record<string, Value>>;
  context: EvaluationContext;
  planned: readonly PlannedResource[];
}

type Read<T> = { ok: true; value: T } | { ok: false; refusal: Answer };

/** The 400 for a template that ARM refuses. @throws what is no refusal of a template */
export function refuseTemplate(error: unknown): Answer {
  if (!(error instanceof TemplateError)) throw error;
  return failure(400, error.code, error.message);
}

/** Reads and works out what a PUT, a validation or a what-if asks for. */
export async function readDeployment(call: ScopedCall): Promise<Read<DeploymentInput>> {
  const misnamed = refuseName(call.param("name"));
  if (misnamed) return { ok: false, refusal: misnamed };
  const body = await readBody(call.request, deploymentBody);
  if (!body.ok) return body;
  const { location } = body.value;
  const misplaced = refusePlace(call, location ?? undefined);
  if (misplaced) return { ok: false, refusal: misplaced };
  const found = await findTemplate(call, body.value);
  if (!found.ok) return found;
  const { source, link } = found.value;
  const place = location ? normalizeLocation(location) : undefined;
  try {
    const template = readTemplate(source);
    const context: EvaluationContext = {
      scope: call.scope,
      deployment: { name: call.param("name"), ...(place !== undefined && { location: place }) },
      caller: call.caller,
      parameters: {},
      variables: template.variables,
      turns: {},
    };
    const parameters = readParameters(template, body.value.properties.parameters ?? {}, context);
    const whole = { ...context, parameters };
    const planned = planResources(template, whole);
    return {
      ok: true,
      value: {
        body: body.value,
        ...(place !== undefined && { location: place }),
        template,
        ...(link && {
          templateLink: { ...link, contentVersion: link.contentVersion ?? template.contentVersion },
        }),
        parameters,
        context: whole,
        planned,
      },
    };
  } catch (error) {
    return { ok: false, refusal: refuseTemplate(error) };
  }
}

const LONGEST_NAME = 64;

/** Microsoft's description of deployments' names: a pattern, and a length. */
function refuseName(name: string): Answer | undefined {
  const problem =
    name.length > LONGEST_NAME
      ? `has a length of '${name.length}' which exceeds the maximum length of '${LONGEST_NAME}'`
      : /^[-\w.()]+$/.test(name)
        ? undefined
        : "has invalid characters. The name can only be a letter, digit, '-', '.', '(', ')' or '_'";
  if (problem === undefined) return undefined;
  return failure(
    400,
    "InvalidDeploymentName",
    `The provided deployment name '${name}' ${problem}. Please see https://aka.ms/arm-deploy for usage details.`,
  );
}

/** Only deployments above groups have a place of their own, and they must. */
function refusePlace({ scope, param }: ScopedCall, location: string | undefined) {
  if (scope.kind === "group")
    return location === undefined
      ? undefined
      : failure(
          400,
          "InvalidDeployment",
          `The 'location' property is not allowed for '${param("name")}' at resource group scope. Please see https://aka.ms/deploy-to-subscription for usage details.`,
        );
  if (location === undefined)
    return failure(
      400,
      "LocationRequired",
      `The 'location' property must be specified for '${param("name")}'. Please see https://aka.ms/deploy-to-subscription for usage details.`,
    );
  if (isRegion(location)) return undefined;
  return failure(
    400,
    "LocationNotAvailableForDeployment",
    `The provided location '${location}' is not available for deployment.`,
  );
}

/** The template: in the request, at an address, or in a template spec. */
async function findTemplate(
  call: ScopedCall,
  { properties: { template, templateLink } }: DeploymentBody,
): Promise<Read<{ source: Value; link?: TemplateLink }>> {
  const refuse = (code: string, message: string): Read<never> => ({
    ok: false,
    refusal: failure(400, code, message),
  });
  if ((template === undefined) === !templateLink)
    return refuse(
      "InvalidRequestContent",
      "The request content was invalid: exactly one of 'template' and 'templateLink' must be given.",
    );
  if (template !== undefined) return { ok: true, value: { source: template } };
  const { uri, queryString, id, contentVersion } = templateLink ?? {};
  const version = contentVersion === undefined ? {} : { contentVersion };
  if (id !== undefined) {
    const answer = await call.send({ method: "GET", path: id, apiVersion: "2022-02-01" });
    const spec = specSchema.safeParse(answer.body);
    return answer.status === 200 && spec.success
      ? { ok: true, value: { source: spec.data.properties.mainTemplate, link: { id, ...version } } }
      : refuse("TemplateSpecNotFound", `Unable to find the template spec '${id}'.`);
  }
  const source = uri === undefined ? undefined : await download(call, uri, queryString);
  return source === undefined
    ? refuse(
        "InvalidContentLink",
        `Unable to download deployment content from '${uri ?? ""}'. The tracking Id is '${call.world.guid()}'. Please see https://aka.ms/arm-deploy for usage details.`,
      )
    : { ok: true, value: { source, link: { uri: uri ?? "", ...version } } };
}

const specSchema = z.looseObject({ properties: z.looseObject({ mainTemplate: json }) });

async function download(
  { world }: ScopedCall,
  uri: string,
  query?: string,
): Promise<Value | undefined> {
  try {
    const url = new URL(uri);
    if (query !== undefined) url.search = query;
    const response = await world.outbound(url.href);
    return response.ok ? json.parse(await response.json()) : undefined;
  } catch {
    // Whatever went wrong, ARM says only that it has no template.
    return undefined;
  }
}
