import type { D1Migration } from "cloudflare:test";

declare global {
  /** Every form of the Worker's environment extends this generated interface. */
  interface __BaseEnv_Env {
    /** The directory's migrations, as test/vitest.config.ts reads them. */
    MIGRATIONS: D1Migration[];
    /** Which values the odd answers of the fault matrix take. */
    CHAOS_SEED: string;
    /** How many schedules of which seed are compared with the simulation. */
    MODEL: { runs: number; seed: number };
  }
}
