import { defined } from "../../contract/defined.ts";
import type { Timer } from "../../platform/deadline.ts";
import { parseChallenge, type Challenge } from "../../entra/claims.ts";
import type { Cloud } from "../../entra/cloud.ts";
import type { Failure } from "../../contract/errors.ts";
import { laneOfScope } from "../../graph/lane.ts";
import { permissionOf } from "../../graph/permission-of.ts";
import { isRedirect } from "../../graph/preauthenticated.ts";
import { microsoftErrorResponse } from "../../http/microsoft-error.ts";
import type { CallPoint } from "../../platform/metrics.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import { prepareCall, sendCall, type Call } from "./call.ts";
import { incomingAnswer, outgoingHeaders } from "./call-headers.ts";
import { timed, type CallTiming } from "./call-timing.ts";
import type { ConnectionState } from "../connection-state.ts";
import type { Outcome } from "../../contract/connection-rpc.ts";
import { KnownTenants } from "./known-tenants.ts";
import { MailboxLanes } from "./mailbox-lane.ts";
import { followRedirect } from "./redirects.ts";
import type { RemedyLinks } from "../remedy-links.ts";
import type { Refresher, TokenRequest } from "../tokens/refresher.ts";
import type { HeldToken } from "../tokens/token-cache.ts";
import { tenantInBody } from "./tenant-challenge.ts";
import { linkRefused, mailboxBusy, sendAgain } from "./call-failures.ts";
import { resolveTarget, tenantScopeOf, type Target } from "./target.ts";
import { throttleScopeOf } from "./throttle-scope.ts";
import type { Throttling } from "./throttling.ts";

/** What a call asks its token to be good for: the time a request takes to arrive. */
const callValiditySeconds = 5;

export interface GatewayOptions {
  state: ConnectionState;
  refresher: Refresher;
  throttling: Throttling;
  links: Pick<RemedyLinks, "failure">;
  cloud: Cloud;
  fetch: typeof fetch;
  now: () => number;
  /** Ends the waits of calls. */
  timer: Timer;
  /** Called after every answered call; absent: no call is timed. */
  called: ((point: CallPoint) => void) | undefined;
}

/** Microsoft's answer to one attempt, and the token it was made with. */
interface Attempted {
  answer: Response;
  token: HeldToken;
}

/** The signed-in `fetch`: finds the endpoint, adds the token, recovers from a 401 once, keeps cool-downs. */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #lanes = new MailboxLanes();
  readonly #tenants = new KnownTenants();

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  /** Answers with Microsoft's answer, or with an error of ours in its shape, marked by `x-azure-error`. */
  handle(request: Request): Promise<Response> {
    const { cloud, now, called } = this.#options;
    const target = resolveTarget(new URL(request.url), cloud);
    if (called === undefined) return this.#answer(request, target, {});
    const resource = target.ok ? target.value.resource : undefined;
    return timed({ resource, now, called }, (timing) => this.#answer(request, target, { timing }));
  }

  /**
   * A call that nobody asked for but the connection itself. Its token counts as unused: renewed for such
   * calls alone, it would wake the object once in its life.
   */
  handleOwn(request: Request): Promise<Response> {
    const target = resolveTarget(new URL(request.url), this.#options.cloud);
    return this.#answer(request, target, { own: true });
  }

  /** The only place that marks an answer as ours: what Microsoft says of itself is dropped before. */
  async #answer(
    request: Request,
    target: Result<Target, Failure>,
    circumstances: Circumstances,
  ): Promise<Response> {
    const answer = target.ok ? await this.#call(request, target.value, circumstances) : target;
    return answer.ok
      ? answer.value
      : microsoftErrorResponse(this.#options.links.failure(answer.error));
  }

  async #call(
    request: Request,
    target: Target,
    { timing, own = false }: Circumstances,
  ): Promise<Outcome<Response>> {
    const scope = throttleScopeOf(target, request.method, (user) => this.#isSelf(user));
    const cooling = this.#options.throttling.check(target, scope);
    if (cooling !== undefined) return err(cooling);
    const { ends } = this.#options.state;
    const call = await prepareCall({ request, target, scope, timing, ends, own });
    return call.ok ? this.#send(call.value) : call;
  }

  /** A user's own mailbox has three names, and one limit. */
  #isSelf(user: string): boolean {
    const { state } = this.#options;
    const grant = state.exists ? state.grant() : undefined;
    return [grant?.object_id, grant?.upn].some((name) => name?.toLowerCase() === user);
  }

  /** @param asked how often Microsoft has been asked for this: again for a file whose link ended */
  async #send(call: Call, asked = 1): Promise<Outcome<Response>> {
    const known = tenantScopeOf(call.target);
    const tenantId = this.#tenants.of(known);
    const first = await this.#attempt(call, 1, tenantId === undefined ? {} : { tenantId });
    if (!first.ok) {
      // The tenant gives no token any more: the next call finds out anew where this lives.
      if (first.error.code === "action_required")
        this.#tenants.forget(tenantScopeOf(call.target), tenantId);
      return first;
    }
    if (first.value.answer.status !== 401)
      return this.#accept(call, first.value, { tenantId, asked });
    this.#tenants.forget(tenantScopeOf(call.target), tenantId);
    return this.#recover(call, first.value, { tenantId, asked });
  }

  /**
   * A 401 is recovered from once: by a token for the tenant it names, with the claims it asks for, or anew.
   *
   * @param tenantId the tenant that was known, of the token that was refused
   */
  async #recover(
    call: Call,
    { answer, token: refused }: Attempted,
    { tenantId, asked }: { tenantId: string | undefined; asked: number },
  ): Promise<Outcome<Response>> {
    const { refresher } = this.#options;
    const { target } = call;
    const challenge = parseChallenge(answer.headers);
    const named = await this.#namedTenant(target, refused, { answer, challenge });
    void answer.body?.cancel().catch(() => undefined);
    const otherTenant = named !== undefined && named !== refused.tenantId ? named : undefined;
    const need = {
      tenantId: otherTenant ?? refused.tenantId,
      ...(otherTenant === undefined && { staleGeneration: refused.generation }),
      ...defined({ claims: challenge.claims }),
    };
    const proven = { tenantId: otherTenant ?? tenantId, asked };
    if (!call.repeatable) {
      const token = await refresher.token(this.#tokenRequest(call, need));
      if (!token.ok) return token;
      // Nothing proves the tenant but the call that is sent again, which has to begin with it.
      this.#tenants.remember(tenantScopeOf(call.target), proven.tenantId);
      return err(sendAgain());
    }
    const second = await this.#attempt(call, 2, need);
    if (!second.ok) return second;
    if (second.value.answer.status !== 401) return this.#accept(call, second.value, proven);
    const again = parseChallenge(second.value.answer.headers);
    if (again.claims === undefined) {
      return incomingAnswer(second.value.answer, call.request.method);
    }
    void second.value.answer.body?.cancel().catch(() => undefined);
    return err(refresher.stepUp(target.resource, second.value.token, again.claims));
  }

  /** Graph serves the tenant of the grant and no other: what its challenge names is not asked. */
  async #namedTenant(
    { resource }: Target,
    refused: HeldToken,
    { answer, challenge }: { answer: Response; challenge: Challenge },
  ): Promise<string | undefined> {
    switch (resource) {
      case "graph":
        return undefined;
      case "arm":
        return tenantInBody(answer, refused.tenantId, this.#options.timer);
      case "vault":
      case "storage":
        return challenge.tenantId;
    }
  }

  #tokenRequest(call: Call, need: CallNeed): TokenRequest {
    const { target, requestId, ends, own } = call;
    const { resource } = target;
    return { resource, minValiditySeconds: callValiditySeconds, requestId, ends, own, ...need };
  }

  /** One request to Microsoft, in its turn where a mailbox has to be shared. */
  async #attempt(call: Call, attempt: number, need: CallNeed): Promise<Outcome<Attempted>> {
    const { refresher, throttling, timer } = this.#options;
    const { request, target, scope, timing } = call;
    const tokenRequest = this.#tokenRequest(call, need);
    const token = await refresher.token(tokenRequest);
    if (!token.ok) return token;
    if (laneOfScope(scope, request.method) === undefined) {
      // A cool-down that opened while this call waited for its token holds for it too.
      const cooling = throttling.check(target, scope);
      return cooling === undefined ? this.#upstream(call, attempt, token.value) : err(cooling);
    }
    const enter = () => this.#lanes.enter(scope, { signal: request.signal, timer });
    const leave = await (timing === undefined ? enter() : timing.lane(enter));
    if (leave === undefined) return err(mailboxBusy(scope));
    try {
      // A cool-down that opened while this call waited holds for it too.
      const cooling = throttling.check(target, scope);
      if (cooling !== undefined) return err(cooling);
      // The wait may have outlasted the token, or the connection.
      const current = await refresher.token(tokenRequest);
      return current.ok ? await this.#upstream(call, attempt, current.value) : current;
    } finally {
      // The place is a request's, not its answer's: Exchange is done when the headers are here, and a
      // body is read as slowly as its reader likes.
      leave();
    }
  }

  async #upstream(call: Call, attempt: number, token: HeldToken): Promise<Outcome<Attempted>> {
    const { request, target, body } = call;
    const { method } = request;
    const { resource, url } = target;
    const answer = await sendCall(call, {
      fetch: this.#options.fetch,
      timer: this.#options.timer,
      url,
      span: `${resource}.call`,
      attempt,
      init: {
        method,
        headers: outgoingHeaders(request.headers, { resource, token: token.token }),
        body,
      },
    });
    return answer.ok ? ok({ answer: answer.value, token }) : answer;
  }

  /** Of Graph the permission that the call needed; of other services their name, which is all there is. */
  #notePermission({ target, request, ends }: Call): void {
    const { state, now } = this.#options;
    // What was ended meanwhile has used nothing.
    if (state.ends !== ends) return;
    const { resource, url } = target;
    const permission = resource === "graph" ? permissionOf(request.method, url) : resource;
    try {
      state.permissions.record(permission, now());
    } catch {
      // Microsoft has answered: storage that fails must not lose the answer. The next call notes it.
    }
  }

  async #accept(
    call: Call,
    { answer, token }: Attempted,
    { tenantId, asked }: { tenantId: string | undefined; asked: number },
  ): Promise<Outcome<Response>> {
    const { method } = call.request;
    // A service that failed has looked at no token, and in another tenant nothing is found or allowed.
    if (answer.status < 400) {
      this.#tenants.remember(tenantScopeOf(call.target), tenantId);
      this.#notePermission(call);
    }
    this.#options.throttling.record(call, answer);
    if (answer.status === 403 && call.target.resource === "graph") {
      const lacking = this.#options.refresher.rolesLacking("graph", token);
      if (lacking !== undefined) {
        void answer.body?.cancel().catch(() => undefined);
        return err(lacking);
      }
    }
    const location = isRedirect(answer.status) ? answer.headers.get("location") : null;
    if (location === null || method !== "GET") return incomingAnswer(answer, method);
    const redirection = await followRedirect(call, location, this.#options);
    if (!redirection.ok) return redirection;
    if (redirection.value.kind === "stays") return incomingAnswer(answer, method);
    void answer.body?.cancel().catch(() => undefined);
    const { answer: file } = redirection.value;
    if (file.status !== 401 && file.status !== 403) return incomingAnswer(file, method);
    void file.body?.cancel().catch(() => undefined);
    // The link is Graph's, and only Graph can give another.
    return asked === 1 ? this.#send(call, 2) : err(linkRefused(file.status));
  }
}

/** How a call came. */
interface Circumstances {
  /** Absent: calls are not timed. */
  timing?: CallTiming;
  /** The connection makes it for itself. */
  own?: boolean;
}

/** What a call needs of its token beyond a resource. */
type CallNeed = Pick<TokenRequest, "tenantId" | "staleGeneration" | "claims">;
