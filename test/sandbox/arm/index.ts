import { Hono } from "hono";
import { queryParameter } from "../query-parameter.ts";
import type { Caller, Service, ServiceEnvironment, World } from "../world.ts";
import {
  type Answer,
  failure,
  methodNotAllowed,
  methodNotAllowedByProvider,
  subscriptionNotFound,
} from "./answer.ts";
import { refuseGatewayVersion, requestedApiVersion } from "./api-version.ts";
import { authenticate, refuseTenant } from "./authentication.ts";
import { actionOf, allows, holdsScope, refuseAction } from "./authorization.ts";
import { respond } from "./envelope.ts";
import { findRoute, type Match, pathSegments, type Send } from "./router.ts";
import { routes } from "./routes.ts";
import { seed } from "./seed.ts";
import { ArmState } from "./state.ts";
import { refuseSubscriptionId } from "./subscriptions.ts";
import { Throttle, trafficOf } from "./throttle.ts";

interface Arrival {
  request: Request;
  url: URL;
  base: string;
}

/** A request whose caller is known. */
interface Asked extends Arrival {
  caller: Caller;
  apiVersion: string;
}

/**
 * Azure Resource Manager: checks a request in ARM's own order (api-version, token, subscription,
 * tenant, quota, role) and hands it to the route it matches.
 * @param world clock, users, tokens and settings shared with the other services
 */
export function createArm(world: World): Service {
  let state = new ArmState();
  const throttle = new Throttle();
  const restore = () => {
    state = new ArmState();
    seed(state, world);
    throttle.clear();
  };
  restore();
  world.onReset(restore);

  const serve = async ({ request, url, base }: Arrival): Promise<Response> => {
    const quota: Record<string, string> = {};
    const answer = await handle({ request, url, base }, quota);
    return respond(world, request, answer, quota);
  };

  const handle = async (arrival: Arrival, quota: Record<string, string>): Promise<Answer> => {
    const { request, url, base } = arrival;
    const apiVersion = requestedApiVersion(url);
    if (typeof apiVersion !== "string") return apiVersion;

    const segments = pathSegments(url.pathname);
    const match = segments && findRoute(routes, segments, request.method);
    const subscriptionId = match?.params["subscriptionId"];
    const subscription =
      subscriptionId === undefined ? undefined : state.subscription(subscriptionId);
    const authentication = await authenticate(world, request, subscription);
    if ("refusal" in authentication) return authentication.refusal;
    const { caller } = authentication;

    if (!match) return unknownPath(url);
    if (subscriptionId !== undefined) {
      const malformed = refuseSubscriptionId(subscriptionId);
      if (malformed) return malformed;
      if (!subscription) return subscriptionNotFound(subscriptionId);
      if (subscription.tenantId !== caller.tenantId) return refuseTenant(caller, subscription);
    }

    const verdict = throttle.take(
      {
        kind: subscription ? "subscription" : "tenant",
        id: subscription?.subscriptionId ?? caller.tenantId,
        principal: caller.objectId,
      },
      trafficOf(request.method),
      world.now(),
    );
    if (!verdict.allowed) return verdict.refusal;
    Object.assign(quota, verdict.headers);

    state.operations.settle(world.now());
    return run(match, { request, url, base, caller, apiVersion });
  };

  /** The route itself, once the caller is known and within its quota. */
  const run = async (match: Match, asked: Asked): Promise<Answer> => {
    const { request, url, caller, apiVersion } = asked;
    if (!match.run) return refuseMethod(match, request.method);
    const refused = authorize(state, caller, match, request.method, url);
    if (refused) return refused;
    const wrong = match.versions === "gateway" ? refuseGatewayVersion(apiVersion) : undefined;
    if (wrong) return wrong;
    return match.run({ ...asked, world, state, send: sendFor(asked), params: {} });
  };

  const sendFor =
    ({ caller, base }: Asked): Send =>
    async ({ method, path, apiVersion, body }) => {
      const url = new URL(path.split("/").map(encodeURIComponent).join("/"), base);
      url.searchParams.set("api-version", apiVersion);
      const segments = pathSegments(url.pathname);
      const match = segments && findRoute(routes, segments, method);
      if (!match) return unknownPath(url);
      const subscriptionId = match.params["subscriptionId"];
      const subscription =
        subscriptionId === undefined ? undefined : state.subscription(subscriptionId);
      if (subscriptionId !== undefined && !subscription)
        return subscriptionNotFound(subscriptionId);
      if (subscription && subscription.tenantId !== caller.tenantId)
        return refuseTenant(caller, subscription);
      const request = new Request(url, {
        method,
        ...(body !== undefined && {
          body: JSON.stringify(body),
          headers: { "content-type": "application/json" },
        }),
      });
      return run(match, { request, url, base, caller, apiVersion });
    };

  const app = new Hono<ServiceEnvironment>();
  app.all("*", (c) =>
    serve({ request: c.req.raw, url: new URL(c.req.url), base: c.env.base.replace(/\/$/, "") }),
  );
  return app;
}

function authorize(
  state: ArmState,
  caller: Caller,
  match: Match,
  method: string,
  url: URL,
): Answer | undefined {
  const action = match.action ?? actionOf(match.type, method);
  const scope = url.pathname.replace(/\/$/, "");
  if (!holdsScope(caller)) return refuseAction(caller, action, scope);
  const roleChecked = match.roleChecked ?? match.params["subscriptionId"] !== undefined;
  if (!roleChecked || allows(state, caller, action, decodeURI(scope))) return undefined;
  return refuseAction(caller, action, scope);
}

const refuseMethod = ({ versions, allowed }: Match, method: string): Answer =>
  versions === "gateway"
    ? methodNotAllowed(method, allowed)
    : methodNotAllowedByProvider(method, allowed);

function unknownPath(url: URL): Answer {
  const version = queryParameter(url, "api-version") ?? "";
  return failure(
    404,
    "HttpResourceNotFound",
    `The request url ${url.pathname}?api-version=${version} is not found.`,
  );
}
