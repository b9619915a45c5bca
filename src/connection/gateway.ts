import { quotaOf } from "../arm/quota.ts";
import { parseChallenge, type Challenge } from "../entra/claims.ts";
import type { Cloud } from "../entra/cloud.ts";
import { errorResponse, failure, type Failure } from "../errors.ts";
import { laneOf } from "../graph/lane.ts";
import { retryAfterSeconds } from "../http/retry-after.ts";
import { incomingAnswer, outgoingHeaders } from "./call-headers.ts";
import type { ConnectionState } from "./connection-state.ts";
import { cooldownEnd } from "./cooldown.ts";
import { MailboxLane } from "./mailbox-lane.ts";
import type { Refresher } from "./refresher.ts";
import type { HeldToken } from "./token-cache.ts";
import { tenantInBody } from "./tenant-challenge.ts";
import { resolveTarget, type Target } from "./target.ts";

/** A body this small is kept, so that a call can be repeated after its 401. */
const repeatableBytes = 64 * 1024;
const redirectLimit = 5;
/** What a call asks its token to be good for: the time a request takes to arrive. */
const callValiditySeconds = 5;

export interface GatewayOptions {
  state: ConnectionState;
  refresher: Refresher;
  cloud: Cloud;
  fetch: typeof fetch;
  now: () => number;
}

/** A call that can be sent more than once, or not. */
interface Call {
  request: Request;
  target: Target;
  body: BodyInit | null;
  repeatable: boolean;
  /** How often the connection had been ended when the call came. */
  ends: number;
}

/** The signed-in `fetch`: finds the endpoint, adds the token, mends a 401 once, keeps cool-downs. */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #mailbox = new MailboxLane();
  /** Tenants that challenges named, so that the next call starts with the right token. */
  readonly #tenants = new Map<string, string>();
  #armQuota: Record<string, number> = {};

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  /** ARM's remaining-quota headers as they were last seen. */
  get armQuota(): Readonly<Record<string, number>> {
    return this.#armQuota;
  }

  /** Answers with Microsoft's answer, or with our own envelope marked by `x-azure-error`. */
  async handle(request: Request): Promise<Response> {
    const target = resolveTarget(new URL(request.url), this.#options.cloud);
    if (!target.ok) return errorResponse(target.error);
    const cooling = this.#cooling(target.value);
    if (cooling !== undefined) return cooling;
    const { ends } = this.#options.state;
    const call = { ...(await prepare(request, target.value)), ends };
    if (
      target.value.resource !== "graph" ||
      laneOf(target.value.url, request.method) !== "mailbox"
    ) {
      return this.#send(call);
    }
    const leave = await this.#mailbox.enter();
    try {
      // Whoever opened a cool-down while this call waited has spoken for it too.
      return this.#cooling(target.value) ?? (await this.#send(call));
    } finally {
      leave();
    }
  }

  #cooling(target: Target): Response | undefined {
    const { state, now } = this.#options;
    const remaining = state.exists ? state.cooldowns.remaining(target.resource, now()) : 0;
    if (remaining === 0) return undefined;
    return errorResponse(
      failure("throttled", "Microsoft asked to wait before the next call to this service.", {
        retry_after: remaining / 1_000,
        details: { service: target.resource },
      }),
    );
  }

  async #send(call: Call): Promise<Response> {
    const { target, ends } = call;
    const tenantId =
      target.tenantScope === undefined ? undefined : this.#tenants.get(target.tenantScope);
    const token = await this.#options.refresher.token({
      resource: target.resource,
      minValiditySeconds: callValiditySeconds,
      ends,
      ...(tenantId !== undefined && { tenantId }),
    });
    if (!token.ok) return errorResponse(token.error);
    const answer = await this.#upstream(call, token.value);
    if (answer.status !== 401) return this.#accept(call, answer);
    return this.#recover(call, token.value, answer);
  }

  /** A 401 is mended once: by a token for the tenant it names, with the claims it asks for, or anew. */
  async #recover(call: Call, refused: HeldToken, answer: Response): Promise<Response> {
    const { refresher } = this.#options;
    const { target, ends } = call;
    const challenge = parseChallenge(answer.headers);
    const named = await this.#namedTenant(target, refused, { answer, challenge });
    void answer.body?.cancel().catch(() => undefined);
    const otherTenant = named !== undefined && named !== refused.tenantId ? named : undefined;
    if (otherTenant !== undefined && target.tenantScope !== undefined) {
      this.#tenants.set(target.tenantScope, otherTenant);
    }
    const token = await refresher.token({
      resource: target.resource,
      minValiditySeconds: callValiditySeconds,
      ends,
      tenantId: otherTenant ?? refused.tenantId,
      ...(otherTenant === undefined && { staleGeneration: refused.generation }),
      ...(challenge.claims !== undefined && { claims: challenge.claims }),
    });
    if (!token.ok) return errorResponse(token.error);
    if (!call.repeatable) {
      return errorResponse(
        failure(
          "upstream_unavailable",
          "The access token was renewed, but the body of this request is too large to have been kept; send it again.",
          { retry_after: 1 },
        ),
      );
    }
    const second = await this.#upstream(call, token.value);
    if (second.status !== 401) return this.#accept(call, second);
    const again = parseChallenge(second.headers);
    if (again.claims === undefined) return incomingAnswer(second);
    void second.body?.cancel().catch(() => undefined);
    return errorResponse(refresher.stepUp(target.resource, token.value, again.claims));
  }

  /** Graph serves the tenant of the grant and no other: what its challenge names is no reason to ask. */
  async #namedTenant(
    { resource }: Target,
    refused: HeldToken,
    { answer, challenge }: { answer: Response; challenge: Challenge },
  ): Promise<string | undefined> {
    switch (resource) {
      case "graph":
        return undefined;
      case "arm":
        return tenantInBody(answer, refused.tenantId);
      case "vault":
      case "storage":
        return challenge.tenantId;
    }
  }

  async #upstream({ request, target, body }: Call, token: HeldToken): Promise<Response> {
    try {
      return await this.#options.fetch(target.url, {
        method: request.method,
        headers: outgoingHeaders(request.headers, token.token),
        body,
        redirect: "manual",
        signal: request.signal,
      });
    } catch {
      return errorResponse(unanswered(request.method));
    }
  }

  async #accept(call: Call, answer: Response): Promise<Response> {
    if (answer.status === 429) this.#cool(call.target, answer);
    if (call.target.resource === "arm") {
      const quota = quotaOf(answer.headers);
      if (Object.keys(quota).length > 0) this.#armQuota = { ...this.#armQuota, ...quota };
    }
    const location = answer.headers.get("location");
    const redirected = answer.status >= 300 && answer.status < 400 && location !== null;
    return redirected && call.request.method === "GET"
      ? this.#follow(call, answer, location)
      : incomingAnswer(answer);
  }

  #cool({ resource }: Target, answer: Response): void {
    const { state, now } = this.#options;
    const until = cooldownEnd(now(), retryAfterSeconds(answer.headers, now()));
    state.commit(now(), (tell) => {
      const begins = state.cooldowns.start(
        { service: resource, until, reason: "throttled" },
        now(),
      );
      if (begins) {
        tell({
          type: "call.throttled",
          data: { service: resource, until: new Date(until).toISOString() },
        });
      }
    });
  }

  /**
   * File contents answer with a Location on a storage host, which carries its own permission: it is
   * fetched here and without the token, because a stub follows redirects by calling this object again.
   */
  async #follow(call: Call, answer: Response, location: string): Promise<Response> {
    let current = answer;
    let next: string | null = location;
    let from = call.target.url;
    for (let hop = 0; next !== null && hop < redirectLimit; hop += 1) {
      const url = URL.parse(next, from);
      if (url === null) break;
      if (
        hop === 0 &&
        resolveTarget(url, this.#options.cloud).ok &&
        !this.#isPreAuthenticated(url)
      ) {
        return incomingAnswer(current);
      }
      const loopback = this.#options.cloud.name === "sandbox" && url.hostname === "localhost";
      if (url.protocol !== "https:" && !loopback) break;
      void current.body?.cancel().catch(() => undefined);
      try {
        current = await this.#options.fetch(url, {
          headers: outgoingHeaders(call.request.headers, undefined),
          redirect: "manual",
          signal: call.request.signal,
        });
      } catch {
        return errorResponse(unanswered("GET"));
      }
      from = url;
      next = current.status >= 300 && current.status < 400 ? current.headers.get("location") : null;
      if (next === null) return incomingAnswer(current);
    }
    return errorResponse(
      failure("upstream_error", "Microsoft redirected this call to where it cannot be followed.", {
        details: { reason: "redirect" },
      }),
    );
  }

  /** The sandbox keeps its storage host under its one origin. */
  #isPreAuthenticated(url: URL): boolean {
    const { cloud } = this.#options;
    return cloud.name === "sandbox" && url.href.startsWith(`${cloud.graphEndpoint}/_storage/`);
  }
}

function unanswered(method: string): Failure {
  const safe = ["GET", "HEAD", "OPTIONS"].includes(method);
  return failure("upstream_unavailable", "The connection to Microsoft failed before it answered.", {
    details: { reason: "network", ...(!safe && { outcome: "unknown" as const }) },
  });
}

async function prepare(request: Request, target: Target): Promise<Omit<Call, "ends">> {
  if (request.body === null) return { request, target, body: null, repeatable: true };
  const length = Number(request.headers.get("content-length") ?? Number.NaN);
  if (length <= repeatableBytes) {
    return { request, target, body: await request.arrayBuffer(), repeatable: true };
  }
  return { request, target, body: request.body, repeatable: false };
}
