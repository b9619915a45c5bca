import { changeKinds, type ChangeKind } from "../../contract/watch.ts";
import { textOf, type JsonRecord } from "../../http/json.ts";

interface Missed {
  /** Milliseconds since the epoch: what changed before is not missed. */
  since: number;
  /** What the watch asks for. */
  wanted: readonly ChangeKind[];
  /** Whether it was reported already that the item was created. */
  isReported: () => boolean;
}

/**
 * What a watch missed of an item, by what a delta says of it now. Of an item that was created and then
 * changed it says one of both: rather too much is reported than nothing.
 *
 * @returns undefined for what it did not miss, or does not ask for
 */
export function missedKind(
  item: JsonRecord,
  { since, wanted, isReported }: Missed,
): ChangeKind | undefined {
  const ask = (kind: ChangeKind) => (wanted.includes(kind) ? kind : undefined);
  if (item["@removed"] !== undefined || item["deleted"] !== undefined) return ask("deleted");
  const [created, updated] = changeKinds;
  const moment = (name: string) => Date.parse(textOf(item[name]) ?? "");
  if (moment("lastModifiedDateTime") < since) return undefined;
  const isNew = moment("createdDateTime") >= since && wanted.includes(created) && !isReported();
  return isNew ? created : ask(updated);
}
