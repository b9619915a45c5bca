import type {
  GenericResource,
  Provider,
  ResourceGroup,
  ResourceGroupParameters,
  ResourceParameters,
  Subscription,
  TagName,
  TagsPatch,
  TagsResource,
} from "../contract/azure-types.ts";
import { readPage, type Page, type PageQuery } from "./page.ts";
import { progressOf, type Progress } from "./long-running.ts";
import type { Target } from "./target.ts";

/** Azure Resource Manager, as routes and RPC call it. */

interface Versioned {
  apiVersion?: string | undefined;
}
export interface ArmListQuery extends PageQuery, Versioned {
  filter?: string | undefined;
}
interface InSubscription {
  subscriptionId: string;
}
interface InGroup extends InSubscription {
  name: string;
}
interface ById extends Versioned {
  id: string;
}

export const listSubscriptions = (
  target: Target,
  query: PageQuery & Versioned,
): Promise<Page<Subscription>> =>
  readPage({ ...target, list: "/subscriptions" }, query, ({ apiVersion }) =>
    target.arm.subscriptions.list({ apiVersion }),
  );

export const getSubscription = (
  { arm }: Target,
  { subscriptionId, ...options }: InSubscription & Versioned,
): Promise<Subscription> => arm.subscriptions.get(subscriptionId, options);

export const listResourceGroups = (
  target: Target,
  { subscriptionId, ...query }: InSubscription & ArmListQuery,
): Promise<Page<ResourceGroup>> =>
  readPage(
    { ...target, list: `/subscriptions/${subscriptionId}/resourceGroups` },
    query,
    (options) => target.arm.resourceGroups.list(subscriptionId, options),
  );

export const getResourceGroup = (
  { arm }: Target,
  { subscriptionId, name, ...options }: InGroup & Versioned,
): Promise<ResourceGroup> => arm.resourceGroups.get(subscriptionId, name, options);

export const putResourceGroup = (
  { arm }: Target,
  {
    subscriptionId,
    name,
    parameters,
    ...options
  }: InGroup & Versioned & { parameters: ResourceGroupParameters },
): Promise<ResourceGroup> =>
  arm.resourceGroups.createOrUpdate(subscriptionId, name, parameters, options);

export const deleteResourceGroup = async (
  target: Target,
  { subscriptionId, name, ...options }: InGroup & Versioned,
): Promise<Progress<undefined>> =>
  progressOf(
    target,
    (await target.arm.resourceGroups.delete(subscriptionId, name, options)).progress,
  );

export interface ResourcesQuery extends ArmListQuery {
  subscriptionId: string;
  /** Only of this group. */
  resourceGroup?: string | undefined;
  expand?: string | undefined;
}

export const listResources = (
  target: Target,
  { subscriptionId, resourceGroup, ...query }: ResourcesQuery,
): Promise<Page<GenericResource>> =>
  readPage(
    {
      ...target,
      list: `/subscriptions/${subscriptionId}/${resourceGroup === undefined ? "" : `resourceGroups/${resourceGroup}/`}resources`,
    },
    query,
    (options) =>
      resourceGroup === undefined
        ? target.arm.resources.listBySubscription(subscriptionId, options)
        : target.arm.resources.listByResourceGroup(subscriptionId, resourceGroup, options),
  );

export const listProviders = (
  target: Target,
  { subscriptionId, ...query }: InSubscription & ArmListQuery & { expand?: string | undefined },
): Promise<Page<Provider>> =>
  readPage({ ...target, list: `/subscriptions/${subscriptionId}/providers` }, query, (options) =>
    target.arm.providers.list(subscriptionId, options),
  );

export const getProvider = (
  { arm }: Target,
  {
    subscriptionId,
    namespace,
    ...options
  }: InSubscription & Versioned & { namespace: string; expand?: string | undefined },
): Promise<Provider> => arm.providers.get(subscriptionId, namespace, options);

export const listTagNames = (
  target: Target,
  { subscriptionId, ...query }: InSubscription & PageQuery & Versioned,
): Promise<Page<TagName>> =>
  readPage(
    { ...target, list: `/subscriptions/${subscriptionId}/tagNames` },
    query,
    ({ apiVersion }) => target.arm.tags.listNames(subscriptionId, { apiVersion }),
  );

export const getResource = ({ arm }: Target, { id, ...options }: ById): Promise<GenericResource> =>
  arm.resources.get(id, options);

export const putResource = async (
  target: Target,
  { id, parameters, ...options }: ById & { parameters: ResourceParameters },
): Promise<Progress<GenericResource>> =>
  progressOf(target, (await target.arm.resources.createOrUpdate(id, parameters, options)).progress);

export const deleteResource = async (
  target: Target,
  { id, ...options }: ById,
): Promise<Progress<undefined>> =>
  progressOf(target, (await target.arm.resources.delete(id, options)).progress);

export const getTags = ({ arm }: Target, { id, ...options }: ById): Promise<TagsResource> =>
  arm.tags.get(id, options);

export const patchTags = async (
  target: Target,
  { id, patch, ...options }: ById & { patch: TagsPatch },
): Promise<Progress<TagsResource>> =>
  progressOf(target, (await target.arm.tags.update(id, patch, options)).progress);
