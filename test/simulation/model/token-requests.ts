import type { Deployment } from "./deployment.ts";
import type { Command } from "./commands.ts";
import type { Outstanding } from "./microsoft.ts";
import type { Operation } from "./operation.ts";
import type { Tables } from "./tables.ts";

/** At most one token request is made on demand in this time, in milliseconds. */
const forcedRefreshInterval = 10_000;

const resources: ReadonlyMap<string, string> = new Map([
  ["https://graph.microsoft.com", "graph"],
  ["https://management.azure.com", "arm"],
  ["https://vault.azure.net", "vault"],
  ["https://storage.azure.com", "storage"],
]);

/** What is known of the connection when a token request arrives. */
export interface Circumstances {
  readonly tables: Tables | undefined;
  readonly operations: readonly Operation[];
  readonly outstanding: readonly Outstanding[];
  readonly now: number;
  readonly secrets: Deployment["secrets"] | undefined;
  readonly step: number;
  readonly life: number;
}

/** What holds of each token request as it arrives. */
export class TokenRequests {
  /** With which secrets each fault of the application was met, by its fingerprint. */
  readonly refusedSecrets = new Map<string, Deployment["secrets"]>();
  readonly #codes = new Set<string>();
  /** Home and abroad: where the token requests of this step went, or that is out since before. */
  #tenants: string[] = [];
  #home: string | null = null;
  /** Nothing but a refresh on demand is under way in this step. */
  #isForced = false;
  #forced = { life: -1, at: -Infinity, step: -1 };

  stepBegins({ do: name }: Command, around: Circumstances): void {
    const { tables, operations, outstanding, secrets } = around;
    const error = tables?.grant.appError?.fingerprint;
    if (error !== undefined && !this.refusedSecrets.has(error)) {
      if (secrets !== undefined) this.refusedSecrets.set(error, secrets);
    }
    this.#home = tables?.grant.homeTenant ?? null;
    this.#tenants = outstanding.filter(({ kind }) => kind === "token").map(tenantOf);
    this.#isForced = name === "refresh" && operations.length === 0 && outstanding.length === 0;
  }

  /** Each token request of this step was for a tenant that is not the connection's own. */
  get wentAbroad(): boolean {
    return (
      this.#home !== null &&
      this.#tenants.length > 0 &&
      this.#tenants.every((tenant) => guid.test(tenant) && tenant !== this.#home)
    );
  }

  /** @returns what should not be */
  arrived(request: Outstanding, around: Circumstances): string[] {
    this.#tenants.push(tenantOf(request));
    return [
      ...this.#redeemedTwice(request),
      ...this.#tooSoon(request, around),
      ...(this.#isForced ? this.#forcedTooSoon(around) : []),
    ];
  }

  /** A code is used up by its first redemption; only another secret is a reason to repeat it. */
  #redeemedTwice({ form }: Outstanding): string[] {
    const code = form.get("code");
    if (code === null) return [];
    const redeemed = `${code} ${form.get("client_secret")}`;
    if (this.#codes.has(redeemed)) return ["a code was redeemed twice"];
    this.#codes.add(redeemed);
    return [];
  }

  /** What failed is not asked for before its time, unless somebody demands it. */
  #tooSoon(request: Outstanding, around: Circumstances): string[] {
    const { tables, operations, now, secrets } = around;
    const { form } = request;
    const scope = form.get("scope") ?? "";
    const isGrants =
      tables !== undefined &&
      form.get("refresh_token") === tables.grant.refreshToken &&
      !scope.includes("openid");
    if (!isGrants || operations.some(({ kind }) => kind === "refresh")) return [];
    const [, audience = ""] = /^(https:\/\/[^/ ]+)/.exec(scope) ?? [];
    const row = tables.rows.find(
      (one) => one.resource === resources.get(audience) && one.tenantId === tenantOf(request),
    );
    const { appError } = tables.grant;
    const isRefused =
      appError !== null && this.refusedSecrets.get(appError.fingerprint) === secrets;
    const wait = Math.max(row?.retryAt ?? 0, isRefused ? appError.retryAt : 0) - now;
    return wait > 0 ? [`a token request came ${wait} ms before its time`] : [];
  }

  #forcedTooSoon({ now, life, step }: Circumstances): string[] {
    const { life: before, at, step: last } = this.#forced;
    // One refresh may ask with two secrets.
    if (step === last) return [];
    this.#forced = { life, at: now, step };
    return before === life && now - at < forcedRefreshInterval
      ? [`a refresh was demanded ${now - at} ms after another, and made`]
      : [];
  }
}

const guid = /^[0-9a-f-]{36}$/;

const tenantOf = ({ request }: Outstanding): string =>
  new URL(request.url).pathname.split("/")[1] ?? "";
