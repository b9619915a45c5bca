declare namespace Cloudflare {
  interface Env {
    /** The directory's migrations, as test/vitest.config.ts reads them. */
    MIGRATIONS: import("cloudflare:test").D1Migration[];
  }
}
