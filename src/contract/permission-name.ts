/** A scope of Graph as it is compared: without its resource, and in lower case. */
export const permissionName = (scope: string): string =>
  scope.replace(/^https:\/\/[\w.-]*graph[\w.-]*\//i, "").toLowerCase();
