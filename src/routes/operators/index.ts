import type { Router } from "../../front/router.ts";
import { consoleAssets, consoleOnly } from "./assets.ts";
import { consoleRunRoutes } from "./run.ts";
import { consoleSessionRoutes } from "./session.ts";
import { consoleSignInRoutes } from "./sign-in.ts";

/** All under `/console`, where the deployment has one. */
export function consoleRoutes(router: Router): void {
  router.app.use("/console/*", consoleOnly);
  consoleSessionRoutes(router);
  consoleSignInRoutes(router);
  consoleRunRoutes(router);
  consoleAssets(router);
}
