import graphNames from "./graph-permissions.json" with { type: "json" };
import type { Audience } from "./world.ts";

export interface DelegatedPermission {
  name: string;
  /** What the consent page says. */
  display: string;
  /** In a work tenant, only an administrator may consent to it. */
  adminConsent: boolean;
  /** A personal Microsoft account can grant it too. */
  personal: boolean;
}

/** Words of the consent page; a permission without any is shown by its name. */
const displays: Readonly<Record<string, string>> = {
  "User.Read": "Sign you in and read your profile",
  "User.ReadWrite": "Read and update your profile",
  "User.ReadBasic.All": "Read all users' basic profiles",
  "User.Read.All": "Read all users' full profiles",
  "User.ReadWrite.All": "Read and write all users' full profiles",
  "Directory.Read.All": "Read directory data",
  "Group.Read.All": "Read all groups",
  "People.Read": "Read your relevant people list",
  "Mail.ReadBasic": "Read your basic mail",
  "Mail.Read": "Read your mail",
  "Mail.ReadWrite": "Read and write access to your mail",
  "Mail.Send": "Send mail as you",
  "MailboxSettings.Read": "Read your mailbox settings",
  "MailboxSettings.ReadWrite": "Read and write to your mailbox settings",
  "Calendars.Read": "Read your calendars",
  "Calendars.ReadWrite": "Have full access to your calendars",
  "Contacts.Read": "Read your contacts",
  "Contacts.ReadWrite": "Have full access to your contacts",
  "Files.Read": "Read your files",
  "Files.Read.All": "Read all files you can access",
  "Files.ReadWrite": "Have full access to your files",
  "Files.ReadWrite.All": "Have full access to all files you can access",
  "Sites.Read.All": "Read items in all site collections",
  "Tasks.ReadWrite": "Create, read, update and delete your tasks",
  "Notes.Read": "Read your notebooks",
  "Chat.Read": "Read your chat messages",
  "Presence.Read": "Read your presence",
};

const named = (
  names: readonly string[],
  { adminConsent, personal }: Pick<DelegatedPermission, "adminConsent" | "personal">,
): DelegatedPermission[] =>
  names.map((name) => ({ name, display: displays[name] ?? name, adminConsent, personal }));

/** Azure's resources have one delegated permission each, and none for personal accounts. */
const impersonation = (display: string): DelegatedPermission[] => [
  { name: "user_impersonation", display, adminConsent: false, personal: false },
];

/** Delegated permissions the resources define; Graph's by who can consent to them. */
const delegated: Readonly<Record<Audience, readonly DelegatedPermission[]>> = {
  graph: [
    ...named(graphNames.personal, { adminConsent: false, personal: true }),
    ...named(graphNames.work, { adminConsent: false, personal: false }),
    ...named(graphNames.admin, { adminConsent: true, personal: false }),
    ...named(graphNames.adminOrPersonal, { adminConsent: true, personal: true }),
  ],
  arm: impersonation("Access Azure Resource Manager as you"),
  vault: impersonation("Have full access to the Azure Key Vault service as you"),
  storage: impersonation("Access Azure Storage as you"),
};

const byName = new Map(
  Object.entries(delegated).flatMap(([audience, permissions]) =>
    permissions.map((one) => [`${audience}/${one.name}`.toLowerCase(), one] as const),
  ),
);

/** The permissions in the app's registration, which `.default` and an administrator's consent cover. */
export const required: Readonly<Record<Audience, readonly string[]>> = {
  graph: [
    "User.Read",
    "User.ReadBasic.All",
    "User.Read.All",
    "Mail.Read",
    "Mail.ReadWrite",
    "Mail.Send",
    "Calendars.Read",
    "Calendars.ReadWrite",
    "Contacts.Read",
    "Files.Read",
    "Files.ReadWrite",
  ],
  arm: ["user_impersonation"],
  vault: ["user_impersonation"],
  storage: ["user_impersonation"],
};

const requiredApplication: readonly string[] = [
  "User.Read.All",
  "Mail.Read",
  "Mail.Send",
  "Calendars.ReadWrite",
  "Contacts.Read",
  "Files.ReadWrite.All",
];

/** Finds a delegated permission by name in any case, as Entra does. */
export function delegatedPermission(
  audience: Audience,
  name: string,
): DelegatedPermission | undefined {
  return byName.get(`${audience}/${name}`.toLowerCase());
}

/**
 * What `.default` gives of Graph to a personal account: an administrator's consent, which it stands
 * for, does not exist there, and of all that the account granted it brings what only reads.
 */
export function personalDefaults(names: Iterable<string>): string[] {
  return [...names].filter(
    (name) => /\.Read(Basic)?(\.|$)/.test(name) && delegatedPermission("graph", name)?.personal,
  );
}

/**
 * What an application token for this resource can carry at most, by the app's registration.
 * Azure's other resources decide by role assignment instead.
 */
export function applicationPermissionsOf(audience: Audience): readonly string[] {
  return audience === "graph" ? requiredApplication : [];
}
