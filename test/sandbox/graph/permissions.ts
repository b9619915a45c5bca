import type { Caller } from "../world.ts";
import { GraphError } from "./graph-error.ts";

type Workload = "directory" | "outlook" | "files";

/** Of each list one permission is enough; the first is the least privileged. */
interface Permission {
  workload: Workload;
  delegated: readonly string[];
  application: readonly string[];
}

const directoryReaders = [
  "User.Read.All",
  "User.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];
const fileReaders = [
  "Files.Read",
  "Files.ReadWrite",
  "Files.Read.All",
  "Files.ReadWrite.All",
  "Sites.Read.All",
  "Sites.ReadWrite.All",
];
const fileWriters = ["Files.ReadWrite", "Files.ReadWrite.All", "Sites.ReadWrite.All"];

export const permissions = {
  "me.read": {
    workload: "directory",
    delegated: ["User.Read", "User.ReadWrite", "User.ReadBasic.All", ...directoryReaders],
    application: [],
  },
  "me.write": {
    workload: "directory",
    delegated: ["User.ReadWrite", "User.ReadWrite.All", "Directory.ReadWrite.All"],
    application: [],
  },
  "users.read": {
    workload: "directory",
    delegated: ["User.ReadBasic.All", ...directoryReaders],
    application: ["User.ReadBasic.All", ...directoryReaders],
  },
  "users.delta": {
    workload: "directory",
    delegated: directoryReaders,
    application: directoryReaders,
  },
  "users.write": {
    workload: "directory",
    delegated: ["User.ReadWrite.All", "Directory.ReadWrite.All"],
    application: ["User.ReadWrite.All", "Directory.ReadWrite.All"],
  },
  "users.delete": {
    workload: "directory",
    delegated: ["User.DeleteRestore.All", "User.ReadWrite.All"],
    application: ["User.DeleteRestore.All", "User.ReadWrite.All"],
  },
  "mail.read": {
    workload: "outlook",
    delegated: ["Mail.ReadBasic", "Mail.Read", "Mail.ReadWrite"],
    application: ["Mail.ReadBasic.All", "Mail.Read", "Mail.ReadWrite"],
  },
  "mail.write": {
    workload: "outlook",
    delegated: ["Mail.ReadWrite"],
    application: ["Mail.ReadWrite"],
  },
  "mail.send": { workload: "outlook", delegated: ["Mail.Send"], application: ["Mail.Send"] },
  "calendar.read": {
    workload: "outlook",
    delegated: ["Calendars.ReadBasic", "Calendars.Read", "Calendars.ReadWrite"],
    application: ["Calendars.ReadBasic", "Calendars.Read", "Calendars.ReadWrite"],
  },
  "calendar.write": {
    workload: "outlook",
    delegated: ["Calendars.ReadWrite"],
    application: ["Calendars.ReadWrite"],
  },
  "files.read": {
    workload: "files",
    delegated: fileReaders,
    application: ["Files.Read.All", "Files.ReadWrite.All", "Sites.Read.All", "Sites.ReadWrite.All"],
  },
  "files.write": {
    workload: "files",
    delegated: fileWriters,
    application: ["Files.ReadWrite.All", "Sites.ReadWrite.All"],
  },
} as const satisfies Record<string, Permission>;

export type PermissionName = keyof typeof permissions;

/** Each workload refuses in words of its own; a client may not rely on one of them. */
const refusals: Record<Workload, readonly [code: string, message: string]> = {
  directory: ["Authorization_RequestDenied", "Insufficient privileges to complete the operation."],
  outlook: ["ErrorAccessDenied", "Access is denied. Check credentials and try again."],
  files: ["accessDenied", "Access denied"],
};

export function refusal(workload: Workload): GraphError {
  return new GraphError(403, ...refusals[workload]);
}

/** Whether the token holds one of the permissions of `name`. */
export function holds(caller: Caller, name: PermissionName): boolean {
  const permission: Permission = permissions[name];
  return caller.kind === "app"
    ? permission.application.some((role) => caller.roles.has(role))
    : permission.delegated.some((scope) => caller.scopes.has(scope));
}

/** Throws the 403 of the workload unless the token holds one of the permissions of `name`. */
export function requirePermission(caller: Caller, name: PermissionName): void {
  if (!holds(caller, name)) throw refusal(permissions[name].workload);
}
