import { lockRoutes } from "./access/locks.ts";
import { managementGroupRoutes } from "./access/management-groups.ts";
import { roleAssignmentRoutes } from "./access/role-assignments.ts";
import { roleDefinitionRoutes } from "./access/role-definitions.ts";
import { deploymentRoutes } from "./deployments/routes.ts";
import { exportTemplateRoutes } from "./export-template.ts";
import { operationRoutes } from "./operation-routes.ts";
import { providerRoutes } from "./provider-routes.ts";
import { resourceGroupRoutes } from "./resource-groups.ts";
import { resourceListRoutes } from "./resource-lists.ts";
import { resourceRoutes } from "./resource.ts";
import { resourceGraphRoutes } from "./resource-graph/routes.ts";
import { resourceNameRoutes } from "./resource-names.ts";
import type { Route } from "./router.ts";
import { subscriptionRoutes } from "./subscriptions.ts";
import { tagNameRoutes } from "./tag-names.ts";
import { tagRoutes } from "./tags.ts";
import { tenantRoutes } from "./tenants.ts";
import { zoneRoutes } from "./zones.ts";

/** All routes, the more particular before the more general. */
export const routes: readonly Route[] = [
  ...subscriptionRoutes,
  ...tenantRoutes,
  ...resourceGroupRoutes,
  ...resourceListRoutes,
  ...exportTemplateRoutes,
  ...deploymentRoutes,
  ...lockRoutes,
  ...roleDefinitionRoutes,
  ...roleAssignmentRoutes,
  ...managementGroupRoutes,
  ...tagRoutes,
  ...tagNameRoutes,
  ...resourceGraphRoutes,
  ...resourceNameRoutes,
  ...zoneRoutes,
  ...operationRoutes,
  ...providerRoutes,
  ...resourceRoutes,
];
