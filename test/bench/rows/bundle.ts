import { gzipSync } from "node:zlib";
import { rowOf } from "../row.ts";
import type { Topic } from "../topic.ts";

const budget = { name: "bundle of the deployed Worker, minified, gzip", unit: "KiB", bar: 180 };

export const bundle: Topic = {
  name: "bundle",
  budgets: [budget],
  async measure({ bundle: modules }) {
    const bytes = modules.reduce((sum, { contents }) => sum + gzipSync(contents).byteLength, 0);
    return { rows: [rowOf(budget, [bytes / 1_024])], figures: [] };
  },
};
