export interface CampaignOptions {
  /** Whose connections; default those of users. `watches`: of users who watch something. */
  of?: "users" | "tenants" | "watches" | undefined;
  runs: number;
  seed: number;
  /** Of a schedule that failed: it alone is run, and made as short as it can be. */
  path?: string | undefined;
}

export interface CampaignReport {
  /** Schedules that were run. */
  runs: number;
  /** Milliseconds of one schedule. */
  median: number;
  /** What did not hold, with what replays it. */
  failure?: { error: string; seed: number; path: string; schedule: unknown } | undefined;
}
