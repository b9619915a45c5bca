import type { D1Migration } from "cloudflare:test";

declare global {
  /** Every form of the Worker's environment extends this generated interface. */
  interface __BaseEnv_Env {
    /** The directory's migrations, as test/vitest.config.ts reads them. */
    MIGRATIONS: D1Migration[];
  }
}
