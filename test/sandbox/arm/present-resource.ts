import { namePath, resourceId, typePath } from "./resource-id.ts";
import type { Resource } from "./state.ts";

const typeOf = (resource: Resource) => `${resource.namespace}/${typePath(resource)}`;

/** What an entry of a list and a whole resource have in common. */
function presentCommon(resource: Resource, withTags: boolean) {
  const { location, tags, content } = resource;
  const { properties: _, ...shown } = content;
  return {
    id: resourceId(resource),
    name: namePath(resource),
    type: typeOf(resource),
    ...(location !== undefined && { location }),
    ...(withTags && Object.keys(tags).length > 0 && { tags }),
    ...shown,
  };
}

export interface EntryOptions {
  /** Lists filtered by tag leave the tags out. */
  withTags: boolean;
  /** Members asked for by `$expand`. */
  expand: ReadonlySet<string>;
}

/** A resource as the `resources` lists show it: without its properties. */
export function presentEntry(resource: Resource, { withTags, expand }: EntryOptions) {
  return {
    ...presentCommon(resource, withTags),
    ...(expand.has("createdtime") && { createdTime: new Date(resource.createdAt).toISOString() }),
    ...(expand.has("changedtime") && { changedTime: new Date(resource.changedAt).toISOString() }),
    ...(expand.has("provisioningstate") && { provisioningState: resource.provisioningState }),
  };
}

/** A resource as its provider shows it; a child carries only the last part of its name. */
export function presentResource(resource: Resource) {
  return {
    ...presentCommon(resource, true),
    name: resource.names.at(-1) ?? "",
    etag: resource.etag,
    properties: { ...resource.content.properties, provisioningState: resource.provisioningState },
  };
}
