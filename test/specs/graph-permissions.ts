import { alikeOperations } from "../sandbox/graph/listed-operation.ts";
import { servedOperations } from "./graph-operations.ts";

/** Microsoft's permission data, as far as it is read here. */
export interface PermissionSpec {
  permissions: Record<
    string,
    {
      pathSets: { schemeKeys: string[]; methods: string[]; paths: Record<string, string> }[];
    }
  >;
}

/** Permissions of one operation; each alone is enough. */
export interface OperationPermissions {
  work: string[];
  personal: string[];
  application: string[];
  /** Those of `work` that Microsoft calls the least privileged. */
  least: string[];
}

const normal = (path: string) => path.toLowerCase().replaceAll(/\{[^}]*\}/g, "{id}");

/** What Microsoft's data say of the operations that the sandbox serves. */
export function permissionSlice({
  permissions,
}: PermissionSpec): Record<string, OperationPermissions> {
  const listed = new Map<string, OperationPermissions>();
  const wanted = new Set(servedOperations.flatMap(alikeOperations));
  for (const [name, { pathSets }] of Object.entries(permissions)) {
    for (const { methods, schemeKeys, paths } of pathSets) {
      for (const [path, flags] of Object.entries(paths)) {
        for (const operation of methods.map((method) => `${method} ${normal(path)}`)) {
          if (!wanted.has(operation)) continue;
          const found = listed.get(operation) ?? {
            work: [],
            personal: [],
            application: [],
            least: [],
          };
          listed.set(operation, found);
          const least = /least=([^;]*)/.exec(flags)?.[1]?.split(",") ?? [];
          if (schemeKeys.includes("DelegatedWork")) found.work.push(name);
          if (schemeKeys.includes("DelegatedPersonal")) found.personal.push(name);
          if (schemeKeys.includes("Application")) found.application.push(name);
          if (least.includes("DelegatedWork")) found.least.push(name);
        }
      }
    }
  }
  const sorted = (names: string[]) => [...new Set(names)].sort();
  return Object.fromEntries(
    [...listed]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([operation, { work, personal, application, least }]) => [
        operation,
        {
          work: sorted(work),
          personal: sorted(personal),
          application: sorted(application),
          least: sorted(least),
        },
      ]),
  );
}
