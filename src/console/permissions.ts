import type { ConnectionInfo } from "../contract/connection-info.ts";
import { permissionName } from "../contract/permission-name.ts";

/** What a connection was granted, against what it asked for and what it has used. */
export interface Permissions {
  granted: readonly string[];
  /** Asked for, and not granted. */
  lacking: readonly string[];
  /** Granted, and needed by no call so far. */
  unused: readonly string[];
  /** The smaller consent: all that its calls have needed. */
  smaller: readonly string[];
  /** Whether the permission of every call so far is known. */
  sure: boolean;
}

/** Scopes of the sign-in itself, which no call needs (OpenID Connect Core §5.4). */
const ofSignIn: ReadonlySet<string> = new Set(["openid", "profile", "email", "offline_access"]);

/** The name that uses of a scope's service have, where it is no permission of Graph. */
const serviceOf = (scope: string): string | undefined =>
  /^https:\/\/(?:[\w-]+\.)*(management|vault|storage)\./i
    .exec(scope)?.[1]
    ?.replace("management", "arm");

export function permissionsOf(
  info: Pick<ConnectionInfo, "scopes" | "roles" | "required_scopes" | "used_permissions">,
): Permissions {
  const granted = info.roles ?? info.scopes;
  const names = new Set(granted.map(permissionName));
  const used = (info.used_permissions ?? []).map(({ permission }) => permission);
  const isUsed = (scope: string) =>
    ofSignIn.has(scope) ||
    used.some((one) => one.toLowerCase() === permissionName(scope) || one === serviceOf(scope));
  // Before the first call nothing is known of what its calls need.
  const unused = used.length === 0 ? [] : granted.filter((scope) => !isUsed(scope));
  const scopes = granted.filter((scope) => isUsed(scope));
  const kept = new Set(scopes.map(permissionName));
  const isPermission = (one: string) => /^[A-Z]\w*\./.test(one);
  return {
    granted,
    lacking: (info.required_scopes ?? []).filter(
      (scope) => !ofSignIn.has(scope) && !names.has(permissionName(scope)),
    ),
    unused,
    // A lesser permission than the granted one may be enough.
    smaller: [
      ...scopes,
      ...used.filter((one) => isPermission(one) && !kept.has(one.toLowerCase())),
    ],
    sure: !used.includes("unknown"),
  };
}
