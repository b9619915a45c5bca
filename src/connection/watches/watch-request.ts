import type { Outcome } from "../../contract/connection-rpc.ts";
import { invalidField } from "../../contract/errors.ts";
import { err, ok } from "../../contract/result.ts";
import type { ChangeKind, WatchRequest } from "../../contract/watch.ts";
import { kindRules, type KindRules } from "../policy/watch-kind.ts";
import { parseWatchResource } from "../policy/watch-resource.ts";
import type { NewWatch, WatchRow } from "../tables/watches.ts";
import { newWatchId } from "./watch-address.ts";

/** Properties that a watch may name. */
const mostSelected = 50;
const propertyName = /^[A-Za-z][A-Za-z0-9]{0,63}$/;

/**
 * The row that a request asks for.
 *
 * @returns `invalid_request` naming the field
 */
export function newWatch(request: WatchRequest, now: number): Outcome<NewWatch> {
  const resource = parseWatchResource(request.resource);
  if (!resource.ok) return resource;
  const rules = kindRules[resource.value.kind];
  const kinds = rules.changes.filter((kind) => request.changeTypes.includes(kind));
  const asked = new Set<ChangeKind>(request.changeTypes);
  if (asked.size === 0 || kinds.length !== asked.size) {
    return err(
      invalidField("changeTypes", `must be one or more of ${rules.changes.join(", ")} here`),
    );
  }
  if (request.catchUp === true && !rules.canCatchUp) {
    return err(
      invalidField("catchUp", "is possible for a mail folder, a calendar and a drive alone"),
    );
  }
  const selected = selectedIn(request, rules);
  if (!selected.ok) return selected;
  return ok({
    id: newWatchId(),
    resource: resource.value.path,
    change_types: kinds,
    include_data: request.includeData ?? false,
    selected: selected.value,
    catch_up: request.catchUp ?? false,
    state: "pending",
    created_at: now,
  });
}

/** The properties that changes are to bring; null: whatever Graph brings, or none. */
function selectedIn(
  { includeData = false, select }: WatchRequest,
  rules: KindRules,
): Outcome<string[] | null> {
  if (!includeData) {
    return select === undefined
      ? ok(null)
      : err(invalidField("select", "can be given only where changes are to bring the item"));
  }
  if (rules.longestRich === null) {
    return err(invalidField("includeData", "is possible for Outlook, Teams and presence alone"));
  }
  if (select === undefined) {
    return rules.richNeedsSelect
      ? err(invalidField("select", "is required here: the properties that changes are to bring"))
      : ok(null);
  }
  const names = [...new Set(select.split(",").map((name) => name.trim()))];
  return names.length <= mostSelected && names.every((name) => propertyName.test(name))
    ? ok(names)
    : err(invalidField("select", "must be names of properties, separated by commas"));
}

/** Whether two are the same watch: a connection has one of a resource and its change types. */
export const isSame = (row: WatchRow, { resource, change_types: kinds }: NewWatch): boolean =>
  row.resource === resource && row.change_types.join() === kinds.join();

type DataTerms = Pick<NewWatch, "include_data" | "selected">;

/** Whether changes bring the same of their items: else Graph needs another subscription. */
export const bringsSame = (one: DataTerms, other: DataTerms): boolean =>
  one.include_data === other.include_data &&
  one.selected?.toSorted().join() === other.selected?.toSorted().join();
