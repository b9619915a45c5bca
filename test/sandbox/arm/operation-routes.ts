import { queryParameter } from "../query-parameter.ts";
import { type Answer, failure, invalidNamespace } from "./answer.ts";
import { refuseProviderVersion } from "./api-version.ts";
import { finalAnswer, type Operation, statusDocument } from "./operation.ts";
import { findProvider, type OperationPaths } from "./providers.ts";
import { type Call, type Route, route } from "./router.ts";

type Origin = Pick<Call, "base" | "apiVersion">;

/** Headers of an operation that ARM itself runs: a `Location` to poll. */
export const locationHeaders = (
  { base, apiVersion }: Origin,
  operation: Operation,
): Record<string, string> => ({
  location: `${base}/subscriptions/${operation.subscriptionId}/operationresults/${operation.id}?api-version=${apiVersion}`,
  "retry-after": String(operation.plan.retryAfter),
});

export interface ProviderOrigin extends Origin {
  namespace: string;
  location: string;
  paths: OperationPaths;
}

/** Compute's `Location` is the status URL with `monitor=true`; others have a collection for each. */
const collections = {
  operations: { status: "operations", result: "operationResults", monitor: "" },
  compute: { status: "operations", result: "operations", monitor: "monitor=true&" },
  disks: { status: "DiskOperations", result: "DiskOperations", monitor: "monitor=true&" },
} as const;

function providerUrl(
  { base, apiVersion, namespace, location, paths }: ProviderOrigin,
  { subscriptionId, id }: Operation,
  what: "status" | "result",
): string {
  const { [what]: collection, monitor } = collections[paths];
  const query = `${what === "result" ? monitor : ""}api-version=${apiVersion}`;
  return `${base}/subscriptions/${subscriptionId}/providers/${namespace}/locations/${location}/${collection}/${id}?${query}`;
}

/** Headers of an operation that a resource provider runs. */
export function providerHeaders(
  origin: ProviderOrigin,
  operation: Operation,
  which: readonly ("azure-asyncoperation" | "location")[],
): Record<string, string> {
  const headers: Record<string, string> = { "retry-after": String(operation.plan.retryAfter) };
  if (which.includes("azure-asyncoperation"))
    headers["azure-asyncoperation"] = providerUrl(origin, operation, "status");
  if (which.includes("location")) headers["location"] = providerUrl(origin, operation, "result");
  return headers;
}

type OperationCall = Call<"subscriptionId" | "operationId">;

const operationNotFound = (id: string) =>
  failure(404, "OperationNotFound", `The operation '${id}' could not be found.`);

function find({ state, params }: OperationCall): Operation | undefined {
  const operation = state.operations.get(params.operationId);
  return operation?.subscriptionId.toLowerCase() === params.subscriptionId.toLowerCase()
    ? operation
    : undefined;
}

/** Polls a `Location`: 202 without a body while it runs, then the answer itself. */
function pollLocation(call: OperationCall): Answer {
  const operation = find(call);
  if (!operation) return operationNotFound(call.params.operationId);
  call.state.operations.poll(operation, call.world.now());
  if (operation.status !== "InProgress") return finalAnswer(operation);
  return {
    status: 202,
    headers: {
      location: `${call.base}${call.url.pathname}${call.url.search}`,
      "retry-after": String(operation.plan.retryAfter),
    },
  };
}

/** Polls an `Azure-AsyncOperation`: always 200, whatever became of the operation. */
function pollStatus(call: OperationCall): Answer {
  const operation = find(call);
  if (!operation) return operationNotFound(call.params.operationId);
  call.state.operations.poll(operation, call.world.now());
  const running = operation.status === "InProgress";
  return {
    status: 200,
    body: statusDocument(operation, call.url.pathname),
    ...(running && { headers: { "retry-after": String(operation.plan.retryAfter) } }),
  };
}

const isMonitor = ({ url }: OperationCall) =>
  queryParameter(url, "monitor")?.toLowerCase() === "true";

/** Polls what Compute serves at one address: the result for a monitor, else the status. */
const pollEither = (call: OperationCall): Answer =>
  isMonitor(call) ? pollLocation(call) : pollStatus(call);

type ProviderCall = Call<"subscriptionId" | "namespace" | "location" | "operationId">;

/** A provider serves its operations in every version that one of its types has. */
const checked =
  (poll: (call: OperationCall) => Answer) =>
  (call: ProviderCall): Answer => {
    const provider = findProvider(call.params.namespace);
    const [first] = provider?.types ?? [];
    if (!provider || !first) return invalidNamespace(call.params.namespace);
    const refusals = provider.types.map((type) =>
      refuseProviderVersion(call.apiVersion, type, call.params.location),
    );
    const refused = refusals.every(Boolean) ? refusals[0] : undefined;
    return refused ?? poll(call);
  };

const ofProvider = "subscriptions/{subscriptionId}/providers/{namespace}/locations/{location}";

export const operationRoutes: readonly Route[] = [
  route(
    "subscriptions/{subscriptionId}/operationresults/{operationId}",
    { type: "Microsoft.Resources/subscriptions/operationresults", versions: "gateway" },
    { GET: pollLocation },
  ),
  route(
    `${ofProvider}/operations/{operationId}`,
    { type: "Microsoft.Resources/locations/operations", versions: "handler" },
    { GET: checked(pollEither) },
  ),
  route(
    `${ofProvider}/DiskOperations/{operationId}`,
    { type: "Microsoft.Compute/locations/diskOperations", versions: "handler" },
    { GET: checked(pollEither) },
  ),
  route(
    `${ofProvider}/operationResults/{operationId}`,
    { type: "Microsoft.Resources/locations/operationResults", versions: "handler" },
    { GET: checked(pollLocation) },
  ),
];
