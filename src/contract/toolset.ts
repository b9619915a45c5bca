/** Groups of tools that an address can ask for, in the order in which they are listed. */
export const toolsets = [
  "connection",
  "mail",
  "calendar",
  "files",
  "people",
  "arm",
  "watch",
  "keyvault",
  "api",
] as const;
export type Toolset = (typeof toolsets)[number];

/** Those that have to be asked for. */
const optIn: ReadonlySet<Toolset> = new Set(["keyvault", "api"]);

/** Those that an address without `?toolsets=` has. */
export const defaultToolsets: readonly Toolset[] = toolsets.filter((name) => !optIn.has(name));

export const isToolset = (name: string): name is Toolset =>
  (toolsets as readonly string[]).includes(name);
