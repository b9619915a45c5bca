import { getPermission } from "../api/permissions.ts";
import { permissionOf, unknownPermission } from "../graph/permission-of.ts";
import { serve } from "./serve.ts";

export const permissions = [
  serve(getPermission, ({ config }, { method, path }) =>
    Promise.resolve({ permission: neededFor(method, path, config.cloud.graphEndpoint) }),
  ),
] as const;

/** @returns null where it is not known */
function neededFor(method: string, path: string, graphEndpoint: string): string | null {
  const below = path.replace(/^\/*(?:(?:v1\.0|beta)\/+)?/i, "");
  const permission = permissionOf(method, `${graphEndpoint}/v1.0/${below}`);
  return permission === unknownPermission ? null : permission;
}
