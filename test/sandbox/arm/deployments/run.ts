import * as z from "zod";
import type { Answer, ErrorDetail } from "../answer.ts";
import { errorOf } from "../operation.ts";
import type { ScopedCall } from "../scoped-routes.ts";
import type { DeploymentStep } from "./deployment.ts";
import { evaluate, type EvaluationContext } from "./evaluation.ts";
import type { Value } from "./functions.ts";
import type { PlannedResource } from "./planned-resources.ts";
import { propertiesAt } from "./properties.ts";
import { requireType, type Template } from "./template.ts";
import { TemplateError } from "./template-error.ts";

const errorBody = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/** Microsoft's names of statuses. */
const statusNames: Readonly<Record<number, string>> = {
  200: "OK",
  201: "Created",
  202: "Accepted",
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  409: "Conflict",
  429: "TooManyRequests",
};

const errorIn = ({ status, body }: Answer): ErrorDetail | undefined => {
  if (status < 400) return undefined;
  const read = errorBody.safeParse(body);
  return read.success
    ? read.data.error
    : { code: statusNames[status] ?? String(status), message: "The resource was refused." };
};

export const failedStep = ({ error, waitsFor }: DeploymentStep): boolean =>
  error !== undefined || waitsFor.some(({ plan }) => errorOf(plan.outcome) !== undefined);

/**
 * Puts a template's resources, one after the other, each in the way its own route does it. What
 * depends on one that failed is left out.
 */
export async function runTemplate(
  call: ScopedCall,
  planned: readonly PlannedResource[],
): Promise<DeploymentStep[]> {
  const { state, world } = call;
  const steps: DeploymentStep[] = [];
  const failed = new Set<string>();
  for (const resource of planned) {
    if (resource.dependsOn.some((id) => failed.has(id.toLowerCase()))) {
      failed.add(resource.id.toLowerCase());
      continue;
    }
    const before = state.operations.count;
    const answer = await put(call, planned, resource);
    const error = errorIn(answer);
    const step: DeploymentStep = {
      operationId: world.guid().replaceAll("-", "").slice(0, 16).toUpperCase(),
      target: { id: resource.id, resourceType: resource.type, resourceName: resource.name },
      statusCode: statusNames[answer.status] ?? String(answer.status),
      ...(error && { error }),
      at: world.now(),
      waitsFor: state.operations.since(before),
    };
    steps.push(step);
    if (failedStep(step)) failed.add(resource.id.toLowerCase());
  }
  return steps;
}

async function put(
  call: ScopedCall,
  planned: readonly PlannedResource[],
  { id, apiVersion, body }: PlannedResource,
): Promise<Answer> {
  try {
    const content = body(referenceIn(call, planned));
    return await call.send({ method: "PUT", path: id, apiVersion, body: content });
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { status: 400, body: { error: { code: error.code, message: error.message } } };
  }
}

/** `reference()`: by id, or by the name of one of the template's own. */
const referenceIn =
  ({ state }: ScopedCall, planned: readonly PlannedResource[]) =>
  (idOrName: string): Value | undefined => {
    const own = planned.find(({ name }) => name.toLowerCase() === idOrName.toLowerCase());
    return propertiesAt(state, own?.id ?? idOrName);
  };

export type Outputs = Readonly<Record<string, { type: string; value: Value }>>;

/** The template's outputs once its resources are there. @throws TemplateError */
export function outputsOf(
  call: ScopedCall,
  template: Template,
  planned: readonly PlannedResource[],
  context: EvaluationContext,
): Outputs {
  const whole = { ...context, reference: referenceIn(call, planned) };
  return Object.fromEntries(
    Object.entries(template.outputs).map(([name, { type, value: written = null }]) => {
      const value = evaluate(written, whole);
      requireType(name, type, value);
      return [name, { type, value }];
    }),
  );
}
