import type { Mutation } from "./mutation.ts";

/** Faults of sign-in, import, restore and disconnect. */
export const grantMutations: readonly Mutation[] = [
  {
    name: "a disconnect does not win over a sign-in under way",
    file: "connection/grant/authorization.ts",
    find: "return () => (state.ends === ends ? undefined : startAgain());",
    replace: "return () => (state.ends >= ends ? undefined : startAgain());",
  },
  {
    name: "a disconnect does not win over an import under way",
    file: "connection/grant/grant-import.ts",
    find: "(state.ends === ends ? undefined : disconnected())",
    replace: "(state.ends >= ends ? undefined : disconnected())",
  },
  {
    name: "the refresh token is kept on disconnect",
    file: "connection/tables/grant-store.ts",
    find: "  refresh_token: null,\n",
    replace: "",
  },
  {
    name: "tokens in memory are kept on disconnect",
    file: "connection/parts.ts",
    find: "      cache.forget();\n",
    replace: "",
  },
  {
    name: "open sign-ins are kept on disconnect",
    file: "connection/parts.ts",
    find: "      pending.clear();\n",
    replace: "",
  },
  {
    name: "a disconnect leaves the generation as it is",
    file: "connection/connection-state.ts",
    find: "generation: this.grant().generation + 1",
    replace: "generation: this.grant().generation",
  },
  {
    name: "a candidate of another account is adopted",
    file: "connection/grant/candidate.ts",
    find: "grant.tenant_id === candidate.tenant_id && grant.object_id === candidate.object_id;",
    replace: 'grant.object_id !== "";',
  },
  {
    name: "a latch is not lifted by a sign-in",
    file: "connection/grant/grant-adoption.ts",
    find: "          remedy: null,\n",
    replace: "",
  },
  {
    name: "claims are not lifted by a sign-in",
    file: "connection/grant/grant-adoption.ts",
    find: "          claims: candidate.claims,\n",
    replace: "",
  },
  {
    name: "claims that a resource asks for at the sign-in are forgotten",
    file: "connection/grant/grant-adoption.ts",
    find: "candidate.claims = answer.error.claims ?? candidate.claims;",
    replace: "",
  },
  {
    name: "tokens in memory are kept over a sign-in",
    file: "connection/grant/grant-adoption.ts",
    find: "    replaced();\n",
    replace: "",
  },
  {
    name: "the candidate keeps its first refresh token",
    file: "connection/grant/grant-adoption.ts",
    find: "candidate.refresh_token = answer.value.refreshToken ?? candidate.refresh_token;",
    replace: "",
  },
  {
    name: "a backup is restored over a grant that is held",
    file: "connection/grant/grant-import.ts",
    find: "if (isHeld(grant)) {",
    replace: 'if (isHeld(grant) && grant.status === "pending") {',
  },
  {
    name: "a backup connects what was disconnected",
    file: "connection/grant/grant-import.ts",
    find: 'return grant.status === "disconnected" ? disconnected() : undefined;',
    replace: "return undefined;",
  },
  {
    name: "a sign-in is finished after it has expired",
    file: "connection/tables/pending-authorizations.ts",
    find: '"state_hash = ? AND expires_at > ?"',
    replace: '"state_hash = ? AND expires_at > ? - 86400000"',
  },
  {
    name: "a sign-in is confirmed after it has expired",
    file: "connection/tables/pending-authorizations.ts",
    find: "candidate IS NOT NULL AND expires_at > ?",
    replace: "candidate IS NOT NULL AND expires_at > ? - 86400000",
  },
  {
    name: "expired sign-ins are never removed",
    file: "connection/tables/pending-authorizations.ts",
    find: '"DELETE FROM authorization WHERE expires_at <= ?"',
    replace: '"DELETE FROM authorization WHERE expires_at <= ? - 86400000000"',
  },
  {
    name: "a flow is confirmed twice",
    file: "connection/grant/authorization.ts",
    find: "conflict: () => ended() ?? confirmed(),",
    replace: "conflict: () => ended(),",
  },
  {
    name: "a callback is taken twice",
    file: "connection/grant/authorization.ts",
    find: 'if (stage !== "open") return err(takenUp(stage));',
    replace: 'if (stage === "finished") return err(takenUp(stage));',
  },
  {
    name: "a sign-in that a server began needs no confirmation",
    file: "connection/grant/authorization.ts",
    find: 'if (row.start !== "server" || request.confirmed === true) {',
    replace: "if (request.confirmed !== false) {",
  },
  {
    name: "another browser finishes a sign-in",
    file: "connection/grant/authorization.ts",
    find: "if (row.browser_hash !== null && row.browser_hash !== binding) return err(otherBrowser());",
    replace: "",
  },
  {
    name: "a confirmation that cannot be read ends the sign-ins that are open",
    file: "connection/actor.ts",
    find: `authorization, tenantGrant }) => {
      if (tenantGrant !== undefined) {
        const request = readTenantConfirmation(options);
        return request.ok ? tenantGrant.confirm(request.value) : request;
      }
      const request = readConfirmAuthorization(options);`,
    replace: `authorization, tenantGrant, state }) => {
      if (tenantGrant !== undefined) {
        const request = readTenantConfirmation(options);
        return request.ok ? tenantGrant.confirm(request.value) : request;
      }
      const request = readConfirmAuthorization(options);
      if (!request.ok) state.pending.clear();`,
  },
];
