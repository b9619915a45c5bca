import * as z from "zod";
import { type Answer, failure, ok } from "../answer.ts";
import { readBody } from "../body.ts";
import { answerPage } from "../list.ts";
import { type Call, type Route, route } from "../router.ts";
import { type ScopedCall, scopedRoutes } from "../scoped-routes.ts";
import { isActive, presentDeployment, presentStep } from "./deployment.ts";
import { readDeployment } from "./deployment-input.ts";
import { deploymentActive, deploymentNotFound, findDeployment } from "./find-deployment.ts";
import { newDeployment } from "./new-deployment.ts";
import { refusePlan } from "./preflight.ts";
import { putDeployment } from "./put.ts";
import { minified, templateHash } from "./template-hash.ts";
import { whatIf } from "./what-if.ts";

type Handler = (call: ScopedCall) => Answer | Promise<Answer>;
type Found = NonNullable<ReturnType<typeof findDeployment>>;

/** Answers about a deployment that exists; 404 for any other. */
const withDeployment =
  (answer: (call: ScopedCall, deployment: Found) => Answer): Handler =>
  (call) => {
    const found = findDeployment(call);
    return found ? answer(call, found) : deploymentNotFound(call.param("name"));
  };

function listDeployments(call: ScopedCall): Answer {
  const { state, scope, caller, world } = call;
  const own = state.deployments.filter(
    (each) =>
      each.scope.toLowerCase() === scope.id.toLowerCase() && each.tenantId === caller.tenantId,
  );
  return answerPage(
    call,
    own.toReversed().map((each) => presentDeployment(each, world.now())),
  );
}

/** `POST …/validate`: 200 with what would be deployed, or 400 with why not. */
async function validate(call: ScopedCall): Promise<Answer> {
  const read = await readDeployment(call);
  if (!read.ok) return read.refusal;
  const refused = refusePlan(call, read.value.planned);
  if (refused) return refused;
  const shown = presentDeployment(newDeployment(call, read.value), call.world.now());
  return ok({
    ...shown,
    properties: {
      ...shown.properties,
      provisioningState: "Succeeded",
      validatedResources: read.value.planned.map(({ id }) => ({ id })),
    },
  });
}

/** `POST …/cancel`: what is running stops; what is made already stays. */
const cancel = withDeployment(({ state, world }, deployment) => {
  const { operation } = deployment;
  if (!isActive(deployment) || !operation)
    return failure(
      409,
      "DeploymentCannotBeCancelled",
      `The deployment '${deployment.name}' cannot be cancelled because it is in the '${deployment.state}' state.`,
    );
  state.operations.cancel(operation, world.now());
  return { status: 204 };
});

const remove: Handler = (call) => {
  const found = findDeployment(call);
  if (!found) return { status: 204 };
  if (isActive(found)) return deploymentActive(found);
  call.state.deployments = call.state.deployments.filter((each) => each !== found);
  return { status: 204 };
};

/** Polls a deployment's operation: always 200, whatever became of it. */
const pollStatus = withDeployment(({ state, world, param }, { operation }) => {
  if (!operation || operation.id !== param("operationId"))
    return failure(
      404,
      "OperationNotFound",
      `The operation '${param("operationId")}' could not be found.`,
    );
  state.operations.poll(operation, world.now());
  const { status, error, plan } = operation;
  if (status === "InProgress")
    return ok({ status: "Running" }, { "retry-after": String(plan.retryAfter) });
  return ok({
    status,
    ...(error && {
      error: {
        code: error.code,
        message: error.message,
        ...(error.details && { details: error.details }),
      },
    }),
  });
});

const listSteps = withDeployment((call, deployment) =>
  answerPage(
    call,
    deployment.steps.map((step) => presentStep(deployment, step)),
  ),
);

const showStep = withDeployment(({ param }, deployment) => {
  const step = deployment.steps.find((each) => each.operationId === param("operationId"));
  return step
    ? ok(presentStep(deployment, step))
    : failure(
        404,
        "DeploymentOperationNotFound",
        `The deployment operation '${param("operationId")}' could not be found.`,
      );
});

const templateBody = z.record(z.string(), z.json());

async function calculateHash({ request }: Call): Promise<Answer> {
  const body = await readBody(request, templateBody);
  if (!body.ok) return body.refusal;
  return ok({ minifiedTemplate: minified(body.value), templateHash: templateHash(body.value) });
}

const kinds = ["tenant", "managementGroup", "subscription", "group"] as const;
const type = "Microsoft.Resources/deployments";
const root = `providers/${type}`;
const facts = { type, versions: "gateway" } as const;
/** Actions on a deployment have names of their own in roles. */
const action = (name: string) => ({ ...facts, type: `${type}/${name}` });
const operations = { ...facts, type: `${type}/operations` };

export const deploymentRoutes: readonly Route[] = [
  ...scopedRoutes(kinds, root, facts, { GET: listDeployments }),
  ...scopedRoutes(kinds, `${root}/{name}`, facts, {
    GET: withDeployment(({ world }, found) => ok(presentDeployment(found, world.now()))),
    HEAD: withDeployment(() => ({ status: 204 })),
    PUT: putDeployment,
    DELETE: remove,
  }),
  ...scopedRoutes(kinds, `${root}/{name}/validate`, action("validate"), { POST: validate }),
  ...scopedRoutes(kinds, `${root}/{name}/whatIf`, action("whatIf"), { POST: whatIf }),
  ...scopedRoutes(kinds, `${root}/{name}/cancel`, action("cancel"), { POST: cancel }),
  ...scopedRoutes(kinds, `${root}/{name}/exportTemplate`, action("exportTemplate"), {
    POST: withDeployment((_, { template }) => ok({ template })),
  }),
  ...scopedRoutes(
    kinds,
    `${root}/{name}/operationStatuses/{operationId}`,
    action("operationStatuses"),
    { GET: pollStatus },
  ),
  ...scopedRoutes(kinds, `${root}/{name}/operations`, operations, { GET: listSteps }),
  ...scopedRoutes(kinds, `${root}/{name}/operations/{operationId}`, operations, { GET: showStep }),
  // Of a group, operations have an older address too.
  ...scopedRoutes(["group"], "deployments/{name}/operations", operations, { GET: listSteps }),
  ...scopedRoutes(["group"], "deployments/{name}/operations/{operationId}", operations, {
    GET: showStep,
  }),
  route(
    "providers/Microsoft.Resources/calculateTemplateHash",
    { type: "Microsoft.Resources/calculateTemplateHash", versions: "gateway" },
    { POST: calculateHash },
  ),
];
