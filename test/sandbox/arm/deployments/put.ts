import { type Answer, type ErrorDetail, failure } from "../answer.ts";
import { refuseLocked } from "../access/locks.ts";
import { planOperation } from "../operation-plan.ts";
import type { OperationError } from "../operation.ts";
import { findProvider } from "../providers.ts";
import { resourceId } from "../resource-id.ts";
import type { ScopedCall } from "../scoped-routes.ts";
import {
  type Deployment,
  deploymentId,
  isActive,
  presentDeployment,
  type RollBack,
} from "./deployment.ts";
import { type DeploymentInput, readDeployment } from "./deployment-input.ts";
import { deploymentActive, deploymentNotFound, findDeployment, same } from "./find-deployment.ts";
import { newDeployment } from "./new-deployment.ts";
import type { PlannedResource } from "./planned-resources.ts";
import { refusePlan } from "./preflight.ts";
import { failedStep, outputsOf, runTemplate } from "./run.ts";
import { TemplateError } from "./template-error.ts";

/** The deployment to go back to where this one fails. */
function rollBackOf(
  call: ScopedCall,
  input: DeploymentInput,
): { target: Deployment; rollBack: RollBack } | Answer | undefined {
  const wanted = input.body.properties.onErrorDeployment;
  if (!wanted) return undefined;
  const target =
    wanted.type === "SpecificDeployment"
      ? findDeployment(call, wanted.deploymentName ?? "")
      : call.state.deployments.findLast(
          (each) => same(each.scope, call.scope.id) && each.state === "Succeeded",
        );
  return target
    ? { target, rollBack: { type: wanted.type, deploymentName: target.name } }
    : deploymentNotFound(wanted.deploymentName ?? "");
}

/** In Complete mode, what the template does not name goes. */
async function removeOthers(call: ScopedCall, planned: readonly PlannedResource[]): Promise<void> {
  const { scope, state } = call;
  if (scope.kind !== "group") return;
  const named = new Set(planned.map(({ id }) => id.toLowerCase()));
  const others = state
    .resources(scope.group.subscriptionId, scope.group.name)
    .filter((each) => each.names.length === 1 && !named.has(resourceId(each).toLowerCase()));
  for (const each of others) {
    const before = state.operations.count;
    const type = findProvider(each.namespace)?.types.find(({ name }) => name === each.types[0]);
    const apiVersion = type?.apiVersions[0] ?? "";
    await call.send({ method: "DELETE", path: resourceId(each), apiVersion });
    for (const operation of state.operations.since(before))
      state.operations.complete(operation, call.world.now());
  }
}

/** How a deployment ends, once the operations of its resources have. */
function verdictOf(deployment: Deployment): OperationError | undefined {
  const details = deployment.steps.flatMap(({ error, waitsFor }): ErrorDetail[] => {
    const failed = error ?? waitsFor.find((each) => each.error)?.error;
    return failed ? [{ code: failed.code, message: failed.message }] : [];
  });
  if (details.length === 0) return undefined;
  return {
    status: 409,
    code: "DeploymentFailed",
    message:
      "At least one resource deployment operation failed. Please list deployment operations for details. Please see https://aka.ms/arm-deployment-operations for usage details.",
    details,
  };
}

/** `PUT`: takes a deployment on, and answers 201, or 200 where it replaces one. */
export async function putDeployment(call: ScopedCall): Promise<Answer> {
  const { state, world, scope } = call;
  const existing = findDeployment(call);
  if (existing && isActive(existing)) return deploymentActive(existing);
  const locked = refuseLocked(state, "write", scope.id);
  if (locked) return locked;
  const read = await readDeployment(call);
  if (!read.ok) return read.refusal;
  const input = read.value;
  if (existing?.location !== undefined && existing.location !== input.location)
    return failure(
      409,
      "InvalidDeploymentLocation",
      `Invalid deployment location '${input.location}'. The deployment '${existing.name}' already exists in location '${existing.location}'.`,
    );
  const refused = refusePlan(call, input.planned);
  if (refused) return refused;
  const back = rollBackOf(call, input);
  if (back && "status" in back) return back;

  const deployment = newDeployment(call, input);
  if (back) deployment.rollBack = back.rollBack;
  state.deployments = [...state.deployments.filter((each) => each !== existing), deployment];
  deployment.steps = await runTemplate(call, input.planned);
  const failed = deployment.steps.some(failedStep);
  if (!failed && input.body.properties.mode === "Complete") await removeOthers(call, input.planned);
  if (!failed) takeOutputs(call, deployment, input);
  if (failed && back) await goBack(call, back.target, deployment);

  deployment.operation = state.operations.start({
    id: world.guid(),
    subscriptionId: "subscription" in scope ? scope.subscription.subscriptionId : "",
    target: deploymentId(deployment).toLowerCase(),
    plan: planOperation(call.request.headers, deployment.tags),
    startedAt: world.now(),
    verdict: () => {
      for (const operation of deployment.steps.flatMap(({ waitsFor }) => waitsFor))
        state.operations.complete(operation, world.now());
      return deployment.error ? { status: 409, ...deployment.error } : verdictOf(deployment);
    },
    finish: (status) => {
      deployment.state = status === "InProgress" ? "Running" : status;
      deployment.endedAt = world.now();
      const error = deployment.operation?.error;
      if (error)
        deployment.error = {
          code: error.code,
          message: error.message,
          ...(error.details && { details: error.details }),
        };
    },
    result: () => ({ status: 200, body: presentDeployment(deployment, world.now()) }),
  });
  const { base, apiVersion } = call;
  const body = presentDeployment(deployment, world.now());
  deployment.state = "Running";
  return {
    status: existing ? 200 : 201,
    body,
    headers: {
      "azure-asyncoperation": `${base}${deploymentId(deployment)}/operationStatuses/${deployment.operation.id}?api-version=${apiVersion}`,
      "retry-after": String(deployment.operation.plan.retryAfter),
    },
  };
}

function takeOutputs(call: ScopedCall, deployment: Deployment, input: DeploymentInput): void {
  try {
    const outputs = outputsOf(call, input.template, input.planned, input.context);
    if (Object.keys(outputs).length > 0) deployment.outputs = outputs;
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    deployment.error = {
      code: "DeploymentOutputEvaluationFailed",
      message: `Unable to evaluate template outputs: '${Object.keys(input.template.outputs).join(",")}'. Please see error details and deployment operations. Please see https://aka.ms/arm-common-errors for usage details.`,
      details: [{ code: error.code, message: error.message }],
    };
  }
}

/** Deploys again what was deployed before. */
async function goBack(call: ScopedCall, target: Deployment, failed: Deployment): Promise<void> {
  const { rollBack } = failed;
  if (!rollBack) return;
  const body = {
    ...(target.location !== undefined && { location: target.location }),
    properties: { mode: target.mode, template: target.template, parameters: target.parameters },
  };
  const answer = await call.send({
    method: "PUT",
    path: deploymentId(target),
    apiVersion: call.apiVersion,
    body,
  });
  rollBack.provisioningState = answer.status < 300 ? "Succeeded" : "Failed";
}
