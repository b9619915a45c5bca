import type { GraphState } from "../state.ts";
import type { DriveAddress } from "./drive-address.ts";
import { itemMissing } from "./drive.ts";
import type { Drive } from "./drive.ts";
import type { StoredItem } from "./stored-item.ts";

/** One request to a drive, its address resolved as far as it exists. */
export interface DriveRequest {
  state: GraphState;
  drive: Drive;
  address: Extract<DriveAddress, { kind: "item" }>;
  item: StoredItem | undefined;
}

/** The item, or 404. */
export function found({ item }: DriveRequest): StoredItem {
  if (item === undefined) throw itemMissing();
  return item;
}
