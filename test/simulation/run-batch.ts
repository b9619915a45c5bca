import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { CampaignOptions, CampaignReport } from "./campaign-report.ts";

export interface BatchSettings {
  /** Name of a mutation to plant; default: that of this process, if it has one. */
  mutation?: string;
  /** Milliseconds it may take; default: any time. */
  timeout?: number;
}

/** The variable that names the mutation of a process. */
export const mutationVariable = "SIMULATION_MUTATION";

/** One campaign in a process of its own. Rejects where that process gives no report. */
export function runBatch(
  options: CampaignOptions,
  { mutation, timeout }: BatchSettings = {},
): Promise<CampaignReport> {
  const { promise, resolve, reject } = Promise.withResolvers<CampaignReport>();
  const program = fileURLToPath(new URL("batch.ts", import.meta.url).href);
  const child = fork(program, [JSON.stringify(options)], {
    timeout,
    env: { ...process.env, ...(mutation !== undefined && { [mutationVariable]: mutation }) },
  });
  let report: CampaignReport | undefined;
  child.on("message", (message: CampaignReport) => {
    report = message;
  });
  child.on("error", reject);
  child.on("exit", (code, signal) => {
    if (report === undefined) reject(new Error(`a batch ended by itself: ${code ?? signal}`));
    else resolve(report);
  });
  return promise;
}
