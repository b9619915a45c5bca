/**
 * A query parameter as Azure Resource Manager and Key Vault read it: its name without regard to
 * case.
 */
export function queryParameter(url: URL, name: string): string | undefined {
  const wanted = name.toLowerCase();
  for (const [key, value] of url.searchParams) if (key.toLowerCase() === wanted) return value;
  return undefined;
}
