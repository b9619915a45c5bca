import type { Step } from "./model/commands.ts";
import type { World } from "./model/world.ts";

/**
 * What a step came to, as far as it must be the same in every world: ids, tokens and ciphertexts are made
 * by chance, and are left out.
 */
export function traceOf(world: World, { command }: Step): string {
  const { tables, now, operations } = world;
  const at = (time: number | null) => (time === null ? "never" : `${time - now} ms`);
  const ended = operations.flatMap(({ kind, end }) =>
    end === undefined ? [] : [`${kind} ${outcomeOf(end)}`],
  );
  const open = operations.filter(({ end }) => end === undefined).map(({ kind }) => kind);
  const seen =
    tables === undefined
      ? "no connection"
      : [
          `${tables.grant.status} ${tables.grant.upn} generation ${tables.grant.generation}`,
          ...tables.rows.map(
            ({ resource, tenantId, token, generation }) =>
              `${resource} ${tenantId.slice(0, 2)} ${token === null ? "none" : generation}`,
          ),
          `intent ${tables.intent?.resource}`,
          `alarm ${at(tables.alarm)} due ${at(tables.due)}`,
          `events ${tables.events.map(({ type }) => type).join(" ")}`,
        ].join("; ");
  return `${world.step} ${command.do}: ${seen}; ended: ${ended.toSorted().join(", ")}; open: ${open.toSorted().join(", ")}`;
}

function outcomeOf(end: { value: unknown } | { thrown: string }): string {
  if ("thrown" in end) return "thrown";
  const { value } = end;
  if (typeof value !== "object" || value === null || !("ok" in value)) return String(value);
  if (value.ok === true) return "ok";
  const error: unknown = "error" in value ? value.error : undefined;
  return typeof error === "object" && error !== null && "code" in error
    ? String(error.code)
    : "failed";
}
