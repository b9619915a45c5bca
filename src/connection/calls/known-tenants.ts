/** A guest works in a few tenants; no more than this are remembered. */
const mostKept = 200;

/**
 * In which tenant a subscription, a vault or a storage account lives, where it is another than the
 * grant's: known once a call with a token of that tenant worked, so that the next one starts with it.
 */
export class KnownTenants {
  readonly #tenants = new Map<string, string>();

  /** @param scope see `tenantScopeOf`; undefined: what lives in the grant's tenant alone */
  of(scope: string | undefined): string | undefined {
    return scope === undefined ? undefined : this.#tenants.get(scope);
  }

  /** @param tenantId undefined: the grant's own, which needs no memory */
  remember(scope: string | undefined, tenantId: string | undefined): void {
    if (scope === undefined || tenantId === undefined) return;
    this.#tenants.delete(scope);
    this.#tenants.set(scope, tenantId);
    const [oldest] = this.#tenants.keys();
    if (this.#tenants.size > mostKept && oldest !== undefined) this.#tenants.delete(oldest);
  }

  /** Forgets a tenant whose token was refused, unless another is known by now. */
  forget(scope: string | undefined, tenantId: string | undefined): void {
    if (scope === undefined || tenantId === undefined) return;
    if (this.#tenants.get(scope) === tenantId) this.#tenants.delete(scope);
  }
}
