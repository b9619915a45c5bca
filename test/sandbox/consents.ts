import { CLIENT_ID, CONTOSO_TENANT } from "./constants.ts";
import { LIN } from "./people.ts";
import { applicationPermissionsOf } from "./permissions.ts";
import type { Consent, State } from "./state.ts";
import type { Audience, SandboxUser } from "./world.ts";

const everyone = "*";
const audiences = ["graph", "arm", "vault", "storage"] as const;

/** Lin has used the app as Contoso's guest before, so her one refresh token works in both tenants. */
const initial = (): Consent[] => {
  const principal = LIN.objectIds.get(CONTOSO_TENANT) ?? "";
  const of = (audience: Audience, permissions: string[]): Consent => ({
    tenantId: CONTOSO_TENANT,
    principal,
    audience,
    kind: "delegated",
    permissions,
  });
  return [
    of("graph", ["User.Read", "Mail.Read", "Calendars.Read"]),
    of("arm", ["user_impersonation"]),
  ];
};

/** Who allowed the app what, in which tenant. Microsoft keeps this per tenant; so do we. */
export class Consents {
  readonly #state: State;
  readonly #save: () => void;

  constructor(state: State, save: () => void) {
    this.#state = state;
    this.#save = save;
    if (state.consents.length === 0) state.consents = initial();
  }

  /** Delegated permissions the user, or an administrator for everyone, has consented to. */
  delegated(
    tenantId: string,
    user: SandboxUser,
    audience: Audience,
    clientId = CLIENT_ID,
  ): ReadonlySet<string> {
    const principal = user.objectIds.get(tenantId);
    const granted = this.#state.consents.filter(
      (one) =>
        one.tenantId === tenantId &&
        (one.clientId ?? CLIENT_ID) === clientId &&
        one.kind === "delegated" &&
        one.audience === audience &&
        (one.principal === principal || one.principal === everyone),
    );
    return new Set(granted.flatMap((one) => one.permissions));
  }

  /** Application permissions an administrator had granted by then, in milliseconds since the epoch. */
  application(tenantId: string, audience: Audience, by: number): ReadonlySet<string> {
    const granted = this.#state.consents.filter(
      (one) =>
        one.tenantId === tenantId &&
        one.kind === "application" &&
        one.audience === audience &&
        (one.at ?? 0) <= by,
    );
    return new Set(granted.flatMap((one) => one.permissions));
  }

  /** Whether the app has a service principal in the tenant: it is at home in Contoso. */
  knows(tenantId: string): boolean {
    return (
      tenantId === CONTOSO_TENANT ||
      this.#state.consents.some((one) => one.tenantId === tenantId && one.clientId === undefined)
    );
  }

  grant(
    tenantId: string,
    user: SandboxUser,
    audience: Audience,
    permissions: string[],
    clientId = CLIENT_ID,
  ): void {
    const principal = user.objectIds.get(tenantId);
    if (principal === undefined) throw new RangeError(`${user.upn} is not in ${tenantId}`);
    const whose = clientId === CLIENT_ID ? {} : { clientId };
    this.#add({ tenantId, principal, audience, kind: "delegated", permissions, ...whose });
    this.#save();
  }

  /** An administrator's consent: all the app's registration asks for, for everyone in the tenant. */
  grantForEveryone(
    tenantId: string,
    permissionsOf: (audience: Audience) => readonly string[],
  ): void {
    for (const audience of audiences) {
      const permissions = [...permissionsOf(audience)];
      this.#add({ tenantId, principal: everyone, audience, kind: "delegated", permissions });
    }
    this.#save();
  }

  /** @param at milliseconds since the epoch */
  grantApplication(tenantId: string, at: number): void {
    for (const audience of audiences) {
      const permissions = [...applicationPermissionsOf(audience)];
      this.#add({ tenantId, principal: everyone, audience, kind: "application", permissions, at });
    }
    this.#save();
  }

  /** An administrator takes the application out of the tenant, and every consent with it. */
  withdraw(tenantId: string): void {
    this.#state.consents = this.#state.consents.filter((one) => one.tenantId !== tenantId);
    this.#save();
  }

  reset(): void {
    this.#state.consents = initial();
    this.#save();
  }

  #add(consent: Consent): void {
    if (consent.permissions.length === 0) return;
    const same = this.#state.consents.find(
      (one) =>
        one.tenantId === consent.tenantId &&
        one.principal === consent.principal &&
        one.clientId === consent.clientId &&
        one.audience === consent.audience &&
        one.kind === consent.kind,
    );
    if (same) same.permissions = [...new Set([...same.permissions, ...consent.permissions])];
    else this.#state.consents.push(consent);
  }
}
