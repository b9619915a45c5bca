import { quotaOf } from "../arm/quota.ts";
import { parseChallenge, type Challenge } from "../entra/claims.ts";
import type { Cloud } from "../entra/cloud.ts";
import { errorResponse, failure, type Failure } from "../errors.ts";
import { laneOf } from "../graph/lane.ts";
import { retryAfterSeconds } from "../http/retry-after.ts";
import type { CallPoint } from "../metrics.ts";
import type { Result } from "../result.ts";
import { prepareCall, sendCall, unanswered, type Call } from "./call.ts";
import { incomingAnswer, outgoingHeaders } from "./call-headers.ts";
import { timed, type CallTiming } from "./call-timing.ts";
import type { ConnectionState } from "./connection-state.ts";
import { cooldownEnd } from "./cooldown.ts";
import { MailboxLane } from "./mailbox-lane.ts";
import { followRedirect } from "./redirects.ts";
import type { Refresher } from "./refresher.ts";
import type { HeldToken } from "./token-cache.ts";
import { tenantInBody } from "./tenant-challenge.ts";
import { resolveTarget, type Target } from "./target.ts";

/** What a call asks its token to be good for: the time a request takes to arrive. */
const callValiditySeconds = 5;

export interface GatewayOptions {
  state: ConnectionState;
  refresher: Refresher;
  cloud: Cloud;
  fetch: typeof fetch;
  now: () => number;
  /** Told of every answered call; absent: nobody counts, and no call is timed. */
  called: ((point: CallPoint) => void) | undefined;
  /** Told of a service that begins to be left alone. */
  cooled: (service: string, seconds: number) => void;
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
  handle(request: Request): Promise<Response> {
    const { cloud, now, called } = this.#options;
    const target = resolveTarget(new URL(request.url), cloud);
    if (called === undefined) return this.#answer(request, target, undefined);
    const resource = target.ok ? target.value.resource : undefined;
    return timed({ resource, now, called }, (timing) => this.#answer(request, target, timing));
  }

  async #answer(
    request: Request,
    target: Result<Target, Failure>,
    timing: CallTiming | undefined,
  ): Promise<Response> {
    if (!target.ok) return errorResponse(target.error);
    const cooling = this.#cooling(target.value);
    if (cooling !== undefined) return cooling;
    const { ends } = this.#options.state;
    const call = await prepareCall({ request, target: target.value, timing, ends });
    if (
      target.value.resource !== "graph" ||
      laneOf(target.value.url, request.method) !== "mailbox"
    ) {
      return this.#send(call);
    }
    const enter = () => this.#mailbox.enter();
    const leave = await (timing === undefined ? enter() : timing.lane(enter));
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
      requestId: call.requestId,
      ends,
      ...(tenantId !== undefined && { tenantId }),
    });
    if (!token.ok) return errorResponse(token.error);
    const answer = await this.#upstream(call, token.value, 1);
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
      requestId: call.requestId,
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
    const second = await this.#upstream(call, token.value, 2);
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

  async #upstream(call: Call, token: HeldToken, attempt: number): Promise<Response> {
    const { request, target, body } = call;
    const { method } = request;
    const answer = await sendCall(call, {
      fetch: this.#options.fetch,
      url: target.url,
      span: `${target.resource}.call`,
      attempt,
      init: { method, headers: outgoingHeaders(request.headers, token.token), body },
    });
    return answer ?? errorResponse(unanswered(method));
  }

  async #accept(call: Call, answer: Response): Promise<Response> {
    if (answer.status === 429) this.#cool(call.target, answer);
    if (call.target.resource === "arm") {
      const quota = quotaOf(answer.headers);
      if (Object.keys(quota).length > 0) this.#armQuota = { ...this.#armQuota, ...quota };
    }
    const { cloud, fetch } = this.#options;
    const location = answer.headers.get("location");
    const redirected = answer.status >= 300 && answer.status < 400 && location !== null;
    return redirected && call.request.method === "GET"
      ? followRedirect(call, { answer, location, cloud, fetch })
      : incomingAnswer(answer);
  }

  #cool({ resource }: Target, answer: Response): void {
    const { state, now, cooled } = this.#options;
    const until = cooldownEnd(now(), retryAfterSeconds(answer.headers, now()));
    let begins = false;
    state.commit(now(), (tell) => {
      begins = state.cooldowns.start({ service: resource, until, reason: "throttled" }, now());
      if (!begins) return;
      tell({
        type: "call.throttled",
        data: { service: resource, until: new Date(until).toISOString() },
      });
    });
    if (begins) cooled(resource, (until - now()) / 1_000);
  }
}
