/**
 * Template ids of the directory roles whose holders can consent for a whole tenant, the same in every
 * tenant.
 *
 * @see https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
 */
const administrators: ReadonlySet<string> = new Set([
  // Global Administrator
  "62e90394-69f5-4237-9190-012177145e10",
  // Privileged Role Administrator
  "e8611ab8-c189-46e8-94e1-60213ab1f814",
  // Application Administrator
  "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
  // Cloud Application Administrator
  "158c047a-c907-4556-b7ef-446551a6b5f7",
]);

/** Whether one of the roles (`wids` of an id_token) is an administrator's. */
export const holdsAdministrator = (directoryRoles: readonly string[]): boolean =>
  directoryRoles.some((role) => administrators.has(role.toLowerCase()));
