import { gzipSync } from "node:zlib";
import { bundleWithoutAgents } from "../bundles.ts";
import { rowOf } from "../row.ts";
import type { Topic } from "../topic.ts";

const whole = { name: "bundle of the deployed Worker, minified, gzip", unit: "KiB", bar: 240 };
const without = {
  name: "the same without MCP and its authorization server",
  unit: "KiB",
  bar: 145,
};

const kibibytes = (contents: string): number => gzipSync(contents).byteLength / 1_024;

/** What a deployment uploads; its assets, which a start does not read, are not counted. */
export const bundle: Topic = {
  name: "bundle",
  budgets: [whole, without],
  async measure({ bundle: modules }) {
    const all = modules.reduce((sum, { contents }) => sum + kibibytes(contents), 0);
    const rest = kibibytes(await bundleWithoutAgents());
    return { rows: [rowOf(whole, [all]), rowOf(without, [rest])], figures: [] };
  },
};
