import { decodeJwt } from "jose";

/** What a token of the application says. It is Microsoft's to read: nothing is allowed because of it. */
export interface AppTokenFacts {
  /** Application permissions that an administrator granted, by name. */
  roles: readonly string[];
  /** Of the application in this tenant: its service principal. */
  objectId: string | undefined;
  /** The application's display name. */
  name: string | undefined;
}

/** A token has some dozens of roles at most. */
const mostRoles = 200;

/** Reads a token of the application; undefined when it cannot be read, which Microsoft may make any token be. */
export function appTokenFacts(token: string): AppTokenFacts | undefined {
  try {
    const { roles, oid, app_displayname: name } = decodeJwt(token);
    return {
      roles: (Array.isArray(roles) ? roles : [])
        .filter((role) => typeof role === "string")
        .slice(0, mostRoles),
      objectId: textOf(oid)?.toLowerCase(),
      name: textOf(name),
    };
  } catch {
    return undefined;
  }
}

const textOf = (claim: unknown): string | undefined =>
  typeof claim === "string" && claim !== "" ? claim : undefined;
