import { permissionName } from "../contract/permission-name.ts";

/** Delegated and application permissions: `Mail.Read`, `Files.ReadWrite.All`, `Mail.Read.Shared`. */
const form = /^(?<area>\w+)\.(?<action>ReadBasic|Read|ReadWrite)(?:\.(?<reach>Shared|All))?$/i;

/** Each action with those that it allows too. Sending is none of them: `Mail.ReadWrite` sends nothing. */
const rank: ReadonlyMap<string, number> = new Map([
  ["readbasic", 0],
  ["read", 1],
  ["readwrite", 2],
]);

interface Permission {
  area: string;
  rank: number;
  reach: "own" | "shared" | "all";
}

function parse(name: string): Permission | undefined {
  const { area, action, reach } = form.exec(name)?.groups ?? {};
  const found = action === undefined ? undefined : rank.get(action);
  if (area === undefined || found === undefined) return undefined;
  return { area, rank: found, reach: reach === "all" || reach === "shared" ? reach : "own" };
}

/** What `.Shared` and `.All` allow contains what is one's own; neither contains the other. */
const reaches = (held: Permission["reach"], needed: Permission["reach"]): boolean =>
  held === needed || needed === "own";

/**
 * Whether permissions of Graph allow what one needs: the same, or a wider one of the same area. Of
 * `Directory.*.All`, which contain some of other areas, nothing is known here.
 *
 * @param granted scopes or roles as Entra names them, with or without their resource
 * @param needed the least permission that is enough
 * @see https://learn.microsoft.com/graph/permissions-overview
 */
export function isPermissionHeld(granted: readonly string[], needed: string): boolean {
  const name = permissionName(needed);
  const wanted = parse(name);
  return granted.map(permissionName).some((one) => {
    if (one === name) return true;
    const held = parse(one);
    return (
      held !== undefined &&
      wanted !== undefined &&
      held.area === wanted.area &&
      held.rank >= wanted.rank &&
      reaches(held.reach, wanted.reach)
    );
  });
}
