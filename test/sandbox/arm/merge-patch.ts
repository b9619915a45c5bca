type Members = Record<string, unknown>;

const isObject = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** JSON Merge Patch (RFC 7396): objects merge, null removes, all else replaces. */
export function mergePatch(target: Readonly<Members>, patch: Readonly<Members>): Members {
  const merged: Members = { ...target };
  for (const [name, value] of Object.entries(patch)) {
    const before = merged[name];
    if (value === null) delete merged[name];
    else if (isObject(value)) merged[name] = mergePatch(isObject(before) ? before : {}, value);
    else merged[name] = value;
  }
  return merged;
}
