import type { EntitySchema } from "../odata/schema.ts";
import { stableGuid } from "../seed.ts";

/** One of the categories that a person may give to items. */
export interface OutlookCategory {
  id: string;
  displayName: string;
  /** `none`, or one of Outlook's 25 colours. */
  color: string;
}

/** The six that every mailbox begins with. */
export const seedCategories = (mailbox: string): OutlookCategory[] =>
  ["Red", "Orange", "Yellow", "Green", "Blue", "Purple"].map((name, place) => ({
    id: stableGuid("category", mailbox, name),
    displayName: `${name} category`,
    color: `preset${[0, 1, 3, 4, 7, 8][place]}`,
  }));

export const categorySchema: EntitySchema = {
  name: "microsoft.graph.outlookCategory",
  properties: { id: "string", displayName: "string", color: "string" },
};
