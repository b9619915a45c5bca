import type { Audience } from "./world.ts";

export interface DelegatedPermission {
  name: string;
  /** What the consent page says. */
  display: string;
  /** Only an administrator may consent to it. */
  adminConsent: boolean;
}

const byUser = (name: string, display: string) => ({ name, display, adminConsent: false });
const byAdmin = (name: string, display: string) => ({ name, display, adminConsent: true });

/** Delegated permissions the resources define. */
const delegated: Readonly<Record<Audience, readonly DelegatedPermission[]>> = {
  graph: [
    byUser("User.Read", "Sign you in and read your profile"),
    byUser("User.ReadWrite", "Read and update your profile"),
    byUser("User.ReadBasic.All", "Read all users' basic profiles"),
    byAdmin("User.Read.All", "Read all users' full profiles"),
    byAdmin("User.ReadWrite.All", "Read and write all users' full profiles"),
    byAdmin("Directory.Read.All", "Read directory data"),
    byAdmin("Group.Read.All", "Read all groups"),
    byUser("People.Read", "Read your relevant people list"),
    byUser("Mail.ReadBasic", "Read your basic mail"),
    byUser("Mail.Read", "Read your mail"),
    byUser("Mail.ReadWrite", "Read and write access to your mail"),
    byUser("Mail.Send", "Send mail as you"),
    byUser("MailboxSettings.Read", "Read your mailbox settings"),
    byUser("MailboxSettings.ReadWrite", "Read and write to your mailbox settings"),
    byUser("Calendars.Read", "Read your calendars"),
    byUser("Calendars.ReadWrite", "Have full access to your calendars"),
    byUser("Contacts.Read", "Read your contacts"),
    byUser("Contacts.ReadWrite", "Have full access to your contacts"),
    byUser("Files.Read", "Read your files"),
    byUser("Files.Read.All", "Read all files you can access"),
    byUser("Files.ReadWrite", "Have full access to your files"),
    byUser("Files.ReadWrite.All", "Have full access to all files you can access"),
    byUser("Sites.Read.All", "Read items in all site collections"),
    byUser("Tasks.ReadWrite", "Create, read, update and delete your tasks"),
    byUser("Notes.Read", "Read your notebooks"),
    byUser("Chat.Read", "Read your chat messages"),
    byUser("Presence.Read", "Read your presence"),
  ],
  arm: [byUser("user_impersonation", "Access Azure Resource Manager as you")],
  vault: [byUser("user_impersonation", "Have full access to the Azure Key Vault service as you")],
  storage: [byUser("user_impersonation", "Access Azure Storage as you")],
};

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

const requiredApplication: readonly string[] = ["User.Read.All", "Mail.Read"];

/** Finds a delegated permission by name in any case, as Entra does. */
export function delegatedPermission(
  audience: Audience,
  name: string,
): DelegatedPermission | undefined {
  const wanted = name.toLowerCase();
  return delegated[audience].find((permission) => permission.name.toLowerCase() === wanted);
}

/**
 * What an application token for this resource can carry at most, by the app's registration.
 * Azure's other resources decide by role assignment instead.
 */
export function applicationPermissionsOf(audience: Audience): readonly string[] {
  return audience === "graph" ? requiredApplication : [];
}
