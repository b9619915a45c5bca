import * as z from "zod";
import { noJurisdiction } from "../config/jurisdiction.ts";
import type { Ask } from "./fault.ts";

/** Rows without a marker were made before there was one, in no jurisdiction. */
const jurisdictionStatement = `
  SELECT coalesce(
    (SELECT jurisdiction FROM placement),
    CASE WHEN EXISTS (SELECT 1 FROM oauth_connections) THEN '${noJurisdiction}' END
  ) AS jurisdiction`;
/** Of several Workers that write it at once, the first wins. */
const pinStatement = `
  INSERT OR IGNORE INTO placement (id, jurisdiction)
  SELECT 1, CASE WHEN EXISTS (SELECT 1 FROM oauth_connections) THEN '${noJurisdiction}' ELSE ? END`;
const pinnedSchema = z.object({ jurisdiction: z.string() });
const jurisdictionSchema = z.object({ jurisdiction: z.string().nullable() });

/** Where the objects of all connections are: the table `placement`. */
export class PlacementTable {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** Where the connections are: a jurisdiction, or `none`. Undefined while there is no connection. */
  async read(): Promise<string | undefined> {
    const row = await this.#ask((db) => db.prepare(jurisdictionStatement).first());
    return jurisdictionSchema.parse(row).jurisdiction ?? undefined;
  }

  /**
   * Writes down where connections are made from now on, unless that was decided before.
   *
   * @param jurisdiction a jurisdiction, or `none`
   * @returns what holds
   */
  async pin(jurisdiction: string): Promise<string> {
    const [, read] = await this.#ask((db) =>
      db.batch([
        db.prepare(pinStatement).bind(jurisdiction),
        db.prepare("SELECT jurisdiction FROM placement"),
      ]),
    );
    return pinnedSchema.parse(read?.results[0]).jurisdiction;
  }
}
