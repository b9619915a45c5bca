import { decodeJwt } from "jose";
import type { Intercept } from "../sandbox/server.ts";
import type { Random } from "../support/random.ts";

/** A fault of the sandbox's control API, without what it matches. */
type Trouble = Record<string, unknown>;

const json = { "content-type": "application/json" };
const body = { error: { code: "soak", message: "A fault of the soak." } };
const respond = (status: number, headers: Record<string, string> = {}): Trouble => ({
  respond: { status, headers: { ...json, ...headers }, body },
});

const anywhere = [
  respond(500),
  respond(502),
  respond(503),
  respond(503, { "retry-after": "1" }),
  respond(504),
  respond(429, { "retry-after": "1" }),
  { reset: true },
  { after_commit: true },
  { delay_ms: 300 },
  { delay_ms: 1_500 },
] as const;

/** What Entra says when the trouble passes. */
const entra = [
  ...anywhere,
  { aadsts: 90033 },
  { aadsts: 90006 },
  { aadsts: 50033 },
  { aadsts: 50196 },
] as const;

const services = [...anywhere, { cut: true }, "refused", "refused"] as const;

const refusal = (): Response =>
  Response.json(body, {
    status: 401,
    headers: { "www-authenticate": 'Bearer error="invalid_token"' },
  });

/** Seconds. What replaces a refused token is taken: the second 401 of a call goes to whoever made it. */
const freshFor = 5;

function isFresh({ headers }: Request): boolean {
  const [, token] = /^Bearer (.+)$/.exec(headers.get("authorization") ?? "") ?? [];
  const { iat = 0 } = token === undefined ? {} : decodeJwt(token);
  return iat > Date.now() / 1_000 - freshFor;
}

export interface FaultyMicrosoft {
  intercept: Intercept;
  /** Requests that reached Microsoft, and how many met a fault. */
  requests: number;
  faults: number;
  /** From now on this part of all requests fails. */
  fail(probability: number): void;
}

/** Microsoft with bad days. */
export function faultyMicrosoft(random: Random): FaultyMicrosoft {
  let chance = 0;
  const microsoft: FaultyMicrosoft = {
    requests: 0,
    faults: 0,
    fail: (probability) => void (chance = probability),
    intercept: async (request, serve) => {
      const { origin, pathname } = new URL(request.url);
      // A person's browser is no upstream call of the Worker, and neither is the control.
      if (pathname.startsWith("/_sandbox") || pathname.endsWith("/authorize")) {
        return serve(request);
      }
      microsoft.requests += 1;
      if (!random.chance(chance)) return serve(request);
      const trouble = random.pick(pathname.endsWith("/token") ? entra : services);
      if (trouble === "refused" && isFresh(request)) return serve(request);
      microsoft.faults += 1;
      if (trouble === "refused") return refusal();
      const fault = { match: { url: pathname }, ...trouble };
      await serve(
        new Request(`${origin}/_sandbox/faults`, {
          method: "POST",
          headers: json,
          body: JSON.stringify(fault),
        }),
      );
      return serve(request);
    },
  };
  return microsoft;
}
