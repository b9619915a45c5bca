import { env } from "cloudflare:workers";
import type { Environment } from "../../../src/platform/env.ts";
import { blobColumns, doubleColumns } from "../../../src/platform/metrics.ts";

/** A data point by the names of its columns; empty ones left out. */
export type Row = Record<string, string | number>;

/** Binds a dataset to objects that begin from here on. */
export function bindMetrics(dataset: AnalyticsEngineDataset | undefined): void {
  const bound: Environment = env;
  if (dataset === undefined) delete bound.METRICS;
  else bound.METRICS = dataset;
}

/** Binds a dataset, and gives what it is told, growing. */
export function recordPoints(): Row[] {
  const rows: Row[] = [];
  bindMetrics({
    writeDataPoint({ indexes = [], blobs = [], doubles = [] } = {}) {
      const cells = [
        ["connection", indexes[0]],
        ...blobColumns.map((name, place) => [name, blobs[place]]),
        ...doubleColumns.map((name, place) => [name, doubles[place]]),
      ].filter(([, value]) => value !== "" && value !== 0);
      rows.push(Object.fromEntries(cells));
    },
  });
  return rows;
}
