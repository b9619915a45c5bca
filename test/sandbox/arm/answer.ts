/** What a handler says; the headers every ARM answer carries are added by `envelope.ts`. */
export interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
  /** Who refused: ARM's own front door, or the resource provider behind it. */
  failedIn?: "gateway" | "service";
}

export interface ErrorDetail {
  code: string;
  message: string;
  target?: string;
}

export interface FailureOptions {
  details?: readonly ErrorDetail[];
  target?: string;
  headers?: Record<string, string>;
  failedIn?: "gateway" | "service";
}

/** An ARM error in its envelope. */
export function failure(
  status: number,
  code: string,
  message: string,
  options: FailureOptions = {},
): Answer {
  const { details, target, headers, failedIn = "gateway" } = options;
  return {
    status,
    failedIn,
    body: { error: { code, message, ...(target && { target }), ...(details && { details }) } },
    ...(headers && { headers }),
  };
}

export const ok = (body: unknown, headers?: Record<string, string>): Answer => ({
  status: 200,
  body,
  ...(headers && { headers }),
});

export const subscriptionNotFound = (subscriptionId: string) =>
  failure(404, "SubscriptionNotFound", `The subscription '${subscriptionId}' could not be found.`);

export const resourceGroupNotFound = (name: string) =>
  failure(404, "ResourceGroupNotFound", `Resource group '${name}' could not be found.`);

export const resourceNotFound = (type: string, name: string, group: string) =>
  failure(
    404,
    "ResourceNotFound",
    `The Resource '${type}/${name}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );

export const groupBeingDeleted = (name: string) =>
  failure(
    409,
    "ResourceGroupBeingDeleted",
    `The resource group '${name}' is in deprovisioning state and cannot perform this operation.`,
  );

export const invalidNamespace = (namespace: string) =>
  failure(404, "InvalidResourceNamespace", `The resource namespace '${namespace}' is invalid.`);

export const invalidContent = (reason: string) =>
  failure(
    400,
    "InvalidRequestContent",
    `The request content was invalid and could not be deserialized: '${reason}'.`,
  );

export const invalidFilter = (filter: string) =>
  failure(
    400,
    "InvalidFilterInQueryString",
    `Invalid $filter '${filter}' specified in the query string.`,
  );

export const locationRequired = () =>
  failure(400, "LocationRequired", "The location property is required for this definition.");

/** The routes that ARM serves itself refuse a method in its envelope. */
export const methodNotAllowed = (method: string, allowed: readonly string[]) =>
  failure(
    405,
    "MethodNotAllowed",
    `The requested resource does not support http method '${method}'.`,
    {
      headers: { allow: allowed.join(", ") },
    },
  );

/** Resource providers answer 405 with a bare message, outside ARM's error envelope. */
export const methodNotAllowedByProvider = (method: string, allowed: readonly string[]): Answer => ({
  status: 405,
  failedIn: "service",
  headers: { allow: allowed.join(", ") },
  body: { Message: `The requested resource does not support http method '${method}'.` },
});
