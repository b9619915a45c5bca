import { defined } from "../../contract/defined.ts";
import type { Disposition } from "../../entra/errors.ts";
import type { TokenFailure } from "../../entra/token-endpoint.ts";
import type { Failure } from "../../contract/errors.ts";
import type { ConnectionState } from "../connection-state.ts";
import type { EventError } from "../../contract/event-error.ts";
import { rolesLackingCode, rolesWait } from "../policy/late-roles.ts";
import {
  actionRequired,
  appMisconfigured,
  entraUnavailable,
  remedyOf,
} from "../policy/remedies.ts";
import { appRetryInterval, backoff } from "../policy/renewal-policy.ts";
import type { TokenKey } from "../tables/token-store.ts";

interface Circumstances {
  now: number;
  /** In [0, 1). */
  random: number;
  fingerprint: string;
  publicOrigin: string;
  /** A POST failed, and its intent ends with it; else a call was refused, and an intent is another POST's. */
  endsIntent: boolean;
}

/** What an event may say of a refused token: our sentence, Microsoft's number and request id. */
export const eventErrorOf = (cause: TokenFailure): EventError => ({
  code: cause.code,
  message: cause.disposition.message,
  ...defined({ aadsts: cause.disposition.aadsts, request_id: cause.requestId }),
});

/**
 * Writes what a failed token POST, or a call that no token satisfies, means, in the scope that the classification names, and gives the
 * failure its callers get.
 */
export function recordFailure(
  state: ConnectionState,
  key: TokenKey,
  cause: TokenFailure,
  { now, random, fingerprint, publicOrigin, endsIntent }: Circumstances,
): Failure {
  const attempts = (state.tokens.read(key)?.attempts ?? 0) + 1;
  const grant = state.grant();
  const { disposition } = cause;
  const { latch } = disposition;
  const error = eventErrorOf(cause);
  const failed = {
    type: "token.refresh_failed",
    data: { resource: key.resource, error, attempts },
  } as const;
  const remedy = remedyOf(disposition, {
    tenantId: key.tenantId,
    scopes: grant.required_scopes,
    publicOrigin,
    now,
  });
  const withRequestId = (reason: Failure): Failure =>
    cause.requestId === undefined
      ? reason
      : { ...reason, details: { ...reason.details, upstream_request_id: cause.requestId } };

  const commit = (write: Parameters<ConnectionState["commit"]>[1]): void => {
    state.commit(now, (emit) => {
      if (endsIntent) state.tokens.clearIntent();
      write(emit);
    });
  };

  switch (latch) {
    case "none": {
      const wait = backoff(attempts, random, cause.retryAfterSeconds);
      commit((emit) => {
        state.tokens.fail(key, attempts, now + wait);
        // A guest's trouble in another tenant says nothing of the connection.
        const isHome = key.tenantId === grant.tenant_id;
        if (isHome && grant.degraded === null) state.grants.update({ degraded: error });
        if (attempts === 1) emit(failed);
      });
      return withRequestId(entraUnavailable(wait / 1_000));
    }
    case "app": {
      commit((emit) => {
        state.grants.update({
          app_error: {
            since: grant.app_error?.since ?? now,
            retry_at: now + appRetryInterval,
            fingerprint,
            ...faultOf(disposition),
          },
        });
        // One alert per outage: the retries that follow emit nothing.
        if (grant.app_error === null) emit(failed);
      });
      return withRequestId(appMisconfigured(disposition, appRetryInterval / 1_000));
    }
    case "resource": {
      const known = state.tokens.read(key)?.remedy?.action === remedy.action;
      commit((emit) => {
        state.tokens.latch(key, remedy, now);
        const wait = cause.code === rolesLackingCode ? rolesWait(attempts) : undefined;
        if (wait !== undefined) state.tokens.fail(key, attempts, now + wait);
        if (cause.claims !== undefined) state.grants.update({ claims: cause.claims });
        if (!known) emit(failed);
      });
      return withRequestId(actionRequired(remedy));
    }
    case "connection": {
      const known = grant.remedy?.action === remedy.action;
      commit((emit) => {
        state.grants.update({
          remedy,
          probed_at: now,
          ...defined({ claims: cause.claims }),
        });
        if (!known) emit(failed);
      });
      return withRequestId(actionRequired(remedy));
    }
  }
}

const faultOf = ({ message, variable, aadsts }: Disposition) => ({
  message,
  ...defined({ variable, aadsts }),
});

/** A resource that challenged twice: its claims are kept for the next sign-in. */
export const stepUpFailure = (claims: string): TokenFailure => ({
  disposition: {
    action: "step_up",
    latch: "resource",
    message: "Microsoft asks you to sign in again and prove who you are.",
  },
  code: "insufficient_claims",
  codes: [],
  claims,
});
