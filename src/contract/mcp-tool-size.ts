import type { Scope } from "./scope.ts";
import type { Toolset } from "./toolset.ts";

/** A tool of `/mcp`, and what it costs to be told of it. */
export interface McpToolSize {
  /** As agents call it. */
  name: string;
  title: string;
  /** By which `?toolsets=` chooses it. */
  toolset: Toolset;
  /** What its caller has to be allowed. */
  scope: Scope;
  /** It sends or removes something that cannot be taken back. */
  destructive: boolean;
  /** Whether it is shown where no toolsets are asked for. */
  default: boolean;
  /** UTF-16 units of its entry in the answer to `tools/list`, as JSON. */
  characters: number;
}
