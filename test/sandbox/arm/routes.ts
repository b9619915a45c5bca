import type { Route } from "./router.ts";
import { subscriptionRoutes } from "./subscriptions.ts";
import { tenantRoutes } from "./tenants.ts";

/** All routes, the more particular before the more general. */
export const routes: readonly Route[] = [...subscriptionRoutes, ...tenantRoutes];
