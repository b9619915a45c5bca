import { failure } from "../answer.ts";
import type { ScopedCall } from "../scoped-routes.ts";
import type { Deployment } from "./deployment.ts";

export const same = (left: string, right: string) => left.toLowerCase() === right.toLowerCase();

export const findDeployment = ({ state, scope, caller, param }: ScopedCall, name = param("name")) =>
  state.deployments.find(
    (each) =>
      same(each.scope, scope.id) && same(each.name, name) && each.tenantId === caller.tenantId,
  );

export const deploymentNotFound = (name: string) =>
  failure(404, "DeploymentNotFound", `Deployment '${name}' could not be found.`);

export const deploymentActive = ({ name, startedAt }: Deployment) => {
  const expires = new Date(startedAt + 7 * 86_400_000).toISOString();
  return failure(
    409,
    "DeploymentActive",
    `Unable to edit or replace deployment '${name}': previous deployment from '${new Date(startedAt).toISOString()}' is still active (expiration time is '${expires}'). Please see https://aka.ms/arm-deploy for usage details.`,
  );
};
