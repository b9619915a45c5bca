import type { ConsentItem } from "./consent-request.ts";
import type { ScopeRequest } from "./scope.ts";

/** The scope a code stands for: what was asked, less what this account cannot have. */
export function grantedScope(scope: ScopeRequest, asked: readonly ConsentItem[]): string {
  const named = scope.resources.flatMap(({ resource, uri, permissions, isDefault }) => {
    const available = asked.filter((item) => item.audience === resource.audience);
    if (isDefault) return available.length > 0 ? [`${uri}/.default`] : [];
    return permissions
      .filter((name) => available.some((item) => item.permission.name === name))
      .map((name) => `${uri}/${name}`);
  });
  return [...scope.openid, ...named].join(" ");
}
