import { type Answer, failure } from "./answer.ts";
import { groupId } from "./resource-id.ts";
import type { ArmState, ResourceGroup } from "./state.ts";

/** What a lock on a group forbids: `CanNotDelete` deletions, `ReadOnly` writes as well. */
const forbidden: Record<string, readonly string[]> = {
  CanNotDelete: ["delete"],
  ReadOnly: ["delete", "write"],
};

/** ScopeLocked when a `Microsoft.Authorization/locks` of the group forbids the operation. */
export function refuseLocked(
  state: ArmState,
  group: ResourceGroup,
  operation: "delete" | "write",
  scope: string,
): Answer | undefined {
  const locked = state
    .resources(group.subscriptionId, group.name)
    .some(({ namespace, types, content }) => {
      const level = content.properties["level"];
      return (
        namespace === "Microsoft.Authorization" &&
        types[0] === "locks" &&
        typeof level === "string" &&
        forbidden[level]?.includes(operation)
      );
    });
  if (!locked) return undefined;
  return failure(
    409,
    "ScopeLocked",
    `The scope '${scope}' cannot perform ${operation} operation because following scope(s) are locked: ` +
      `'${groupId(group.subscriptionId, group.name)}'. Please remove the lock and try again.`,
  );
}
