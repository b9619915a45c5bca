import type { ErrorDetail } from "../answer.ts";
import type { Operation } from "../operation.ts";
import type { Tags } from "../state.ts";
import type { Value } from "./functions.ts";

export type DeploymentState = "Accepted" | "Running" | "Succeeded" | "Failed" | "Canceled";

/** What a deployment did with one resource. */
export interface DeploymentStep {
  operationId: string;
  target: { id: string; resourceType: string; resourceName: string };
  /** Microsoft's word for the answer: `Created`, `OK`, `Conflict`. */
  statusCode: string;
  error?: ErrorDetail;
  /** Milliseconds. */
  at: number;
  /** The operations of providers that it waits for. */
  waitsFor: readonly Operation[];
}

export interface TemplateLink {
  uri?: string;
  id?: string;
  contentVersion?: string;
}

export interface RollBack {
  type: "LastSuccessful" | "SpecificDeployment";
  deploymentName: string;
  provisioningState?: string;
}

/** A template on its way to a scope, and what became of it. */
export interface Deployment {
  /** The scope's id; the tenant's is empty. */
  scope: string;
  /** Of a tenant or management group: whose. */
  tenantId: string;
  name: string;
  location?: string;
  tags: Tags;
  mode: "Incremental" | "Complete";
  template: Value;
  templateHash: string;
  templateLink?: TemplateLink;
  /** By name, with the type the template declares. */
  parameters: Readonly<Record<string, { type: string; value?: Value }>>;
  correlationId: string;
  /** Milliseconds. */
  startedAt: number;
  endedAt?: number;
  state: DeploymentState;
  providers: readonly object[];
  dependencies: readonly object[];
  steps: readonly DeploymentStep[];
  outputs?: Readonly<Record<string, { type: string; value: Value }>>;
  rollBack?: RollBack;
  error?: ErrorDetail & { details?: readonly ErrorDetail[] };
  /** Its operation at ARM, while it runs. */
  operation?: Operation;
}

export const deploymentId = ({ scope, name }: Pick<Deployment, "scope" | "name">) =>
  `${scope}/providers/Microsoft.Resources/deployments/${name}`;

export const isActive = ({ state }: Deployment) => state === "Accepted" || state === "Running";

const secret = (type: string) => type.toLowerCase().startsWith("secure");

/** Values of secure parameters are never shown. */
export const shownParameters = (parameters: Deployment["parameters"]) =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, { type, value }]) => [
      name,
      { type, ...(!secret(type) && value !== undefined && { value }) },
    ]),
  );

/** A deployment as its GET shows it. */
export function presentDeployment(deployment: Deployment, now: number) {
  const { startedAt, endedAt, state, outputs, steps, error, rollBack, templateLink } = deployment;
  const done = state === "Succeeded" || state === "Failed";
  return {
    id: deploymentId(deployment),
    name: deployment.name,
    type: "Microsoft.Resources/deployments",
    ...(deployment.location !== undefined && { location: deployment.location }),
    ...(Object.keys(deployment.tags).length > 0 && { tags: deployment.tags }),
    properties: {
      ...(templateLink && { templateLink }),
      templateHash: deployment.templateHash,
      parameters: shownParameters(deployment.parameters),
      mode: deployment.mode,
      provisioningState: state,
      timestamp: new Date(endedAt ?? startedAt).toISOString(),
      duration: `PT${((endedAt ?? now) - startedAt) / 1000}S`,
      correlationId: deployment.correlationId,
      providers: deployment.providers,
      dependencies: deployment.dependencies,
      ...(rollBack && { onErrorDeployment: rollBack }),
      ...(state === "Succeeded" && outputs && { outputs }),
      ...(done && {
        outputResources: steps
          .filter((step) => !step.error)
          .map(({ target }) => ({ id: target.id })),
      }),
      ...(error && { error }),
    },
  };
}

/** One thing a deployment did, as its list of operations shows it. */
export function presentStep(deployment: Deployment, step: DeploymentStep) {
  const failed = step.error ?? step.waitsFor.find(({ error }) => error)?.error;
  const running = !failed && step.waitsFor.some(({ status }) => status === "InProgress");
  return {
    id: `${deploymentId(deployment)}/operations/${step.operationId}`,
    operationId: step.operationId,
    properties: {
      provisioningOperation: "Create",
      provisioningState: failed ? "Failed" : running ? "Running" : "Succeeded",
      timestamp: new Date(step.at).toISOString(),
      duration: "PT0S",
      trackingId: deployment.correlationId,
      statusCode: step.statusCode,
      ...(failed && {
        statusMessage: { status: "Failed", error: { code: failed.code, message: failed.message } },
      }),
      targetResource: step.target,
    },
  };
}
