import { isTenantId } from "../entra/tenant.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { listOf } from "./values.ts";

/** How the authorization server of MCP clients knows who its user is. */
export type McpSignIn =
  /** The host knows: its page is asked. */
  | { kind: "host"; url: string }
  /** The Microsoft account is the user: of one of these tenants, in lower case, or any account. */
  | { kind: "standalone"; tenants: "any" | readonly string[] };

interface Values {
  MCP_SIGN_IN_URL?: string | undefined;
  MCP_STANDALONE?: string | undefined;
  AZURE_TENANT_ID: string;
}

/**
 * @param sandbox every account is one of the sandbox: stand-alone is on unless the host's page is given
 * @returns undefined: MCP clients cannot sign anybody in; or what is wrong with MCP_STANDALONE
 */
export function mcpSignInOf(
  { MCP_SIGN_IN_URL: url, MCP_STANDALONE: given, AZURE_TENANT_ID: own }: Values,
  sandbox: boolean,
): Result<McpSignIn | undefined, string> {
  if (url !== undefined) {
    return given === undefined
      ? ok({ kind: "host", url })
      : err("must be unset where MCP_SIGN_IN_URL is set: one of the two says who the user is");
  }
  const listed = given ?? (sandbox ? "any" : undefined);
  if (listed === undefined) return ok(undefined);
  if (listed === "any") return ok({ kind: "standalone", tenants: "any" });
  const tenants = listOf(listed).map((tenant) => tenant.toLowerCase());
  if (!tenants.every(isTenantId)) {
    return err("must be any, or GUIDs of tenants with commas between");
  }
  if (isTenantId(own) && tenants.some((tenant) => tenant !== own.toLowerCase())) {
    return err("must hold no other tenant than AZURE_TENANT_ID");
  }
  return ok({ kind: "standalone", tenants });
}
