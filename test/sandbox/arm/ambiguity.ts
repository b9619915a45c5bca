/**
 * Paths of a body's properties whose names differ from a sibling's by case alone: Azure reads names
 * without regard to it, so it cannot tell which one is meant.
 */
export function ambiguousPaths(json: unknown): string[] {
  const found: string[] = [];
  // Not recursive, for a body may be as deep as it is long.
  const open: { value: unknown; path: string }[] = [{ value: json, path: "" }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, path } = next;
    if (typeof value !== "object" || value === null) continue;
    const seen = new Set<string>();
    for (const [name, inner] of Object.entries(value)) {
      const at = path === "" ? name : `${path}.${name}`;
      if (seen.has(name.toLowerCase())) found.push(at);
      seen.add(name.toLowerCase());
      open.push({ value: inner, path: at });
    }
  }
  return found;
}
