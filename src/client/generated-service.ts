// Made by `npm run catalogue` from the declarations in src/api.
import type { GenericResource, ResourceGroup, ResourceRow, Subscription } from "../contract/azure-types.ts";
import type { ConnectionInfo } from "../contract/connection-info.ts";
import type { ListedConnection } from "../contract/listed-connection.ts";
import type { McpGrant } from "../contract/mcp-grant.ts";
import type { Change, Watch } from "../contract/watch.ts";
import type { Owner, TenantOwner } from "./who.ts";
import type { Contact, DriveItem, Event, MailFolder, Message, User } from "@microsoft/microsoft-graph-types";

/** One page of a list. */
export interface ServicePage<Item> {
  data: Item[];
  /** Give it as `cursor` for the next page. Absent: this was the last. */
  nextCursor?: string;
}

export interface ListConnectionsRequest {
  status?: "pending" | "active" | "degraded" | "action_required" | "disconnected" | undefined;
  userId?: string | undefined;
  remedy?: "retry" | "sign_in" | "step_up" | "consent" | "admin_consent" | "contact_admin" | "fix_app" | undefined;
  /** Those of whose events a receiver gets none for now. */
  paused?: "true" | undefined;
  /** A part of the id or the account's name. */
  search?: string | undefined;
  /** Items per page at most. */
  top?: number | undefined;
  /** The next_cursor of the page before; everything but the path is in it. */
  cursor?: string | undefined;
}

export type GetConnectionRequest = Owner | TenantOwner;

export type DisconnectRequest = Owner | TenantOwner;

export type ConfirmConnectRequest = (Owner | TenantOwner) & {
  flow: string;
  /** Who is signed in at the host; required on a tenant's connection. */
  userId?: string | undefined;
};

export interface CreateSessionRequest {
  userId: string;
  scopes?: ("connections:read" | "connections:write" | "graph:read" | "graph:write" | "arm:read" | "arm:write" | "vault:read" | "tokens:read" | "admin")[] | undefined;
  /** Seconds; default 3600. */
  ttl?: number | undefined;
}

export interface ListMcpGrantsRequest {
  /** Whose clients; a user's own credential need not say it. */
  userId?: string | undefined;
}

export interface RevokeMcpGrantRequest {
  /** Whose clients; a user's own credential need not say it. */
  userId?: string | undefined;
  grantId: string;
}

export interface CompleteMcpSignInRequest {
  userId: string;
  label?: string | undefined;
  /** As the page got it. */
  state: string;
}

export type WatchRequest = (Owner | TenantOwner) & {
  /** Graph's path: me/mailFolders('inbox')/messages, me/events, me/drive/root, users… */
  resource: string;
  changeTypes: ("created" | "updated" | "deleted")[];
  /** Changes bring the item: of Outlook, Teams and presence. */
  includeData?: boolean | undefined;
  /** Which properties of it, separated by commas; Outlook needs it. */
  select?: string | undefined;
  /** Read by delta what was missed: of a mail folder, a calendar or a drive. */
  catchUp?: boolean | undefined;
};

export type WatchesRequest = Owner | TenantOwner;

export type UnwatchRequest = (Owner | TenantOwner) & {
  /** Id of a watch. */
  watchId: string;
};

export type ChangesRequest = (Owner | TenantOwner) & {
  after?: number | undefined;
  limit?: number | undefined;
};

export type GetUserRequest = (Owner | TenantOwner) & {
  id?: string | undefined;
  /** Property names, separated by commas ($select). */
  select?: string | undefined;
};

export type ListContactsRequest = (Owner | TenantOwner) & {
  /** Items per page at most. */
  top?: number | undefined;
  /** The next_cursor of the page before; everything but the path is in it. */
  cursor?: string | undefined;
  /** Property names, separated by commas ($select). */
  select?: string | undefined;
  /** An OData expression ($filter). */
  filter?: string | undefined;
  /** What to search for ($search). */
  search?: string | undefined;
  /** An OData expression ($orderby). */
  orderBy?: string | undefined;
  /** Id of a contact folder; default the user's own contacts. */
  folder?: string | undefined;
};

export type GetMailRequest = (Owner | TenantOwner) & {
  /** Items per page at most. */
  top?: number | undefined;
  /** The next_cursor of the page before; everything but the path is in it. */
  cursor?: string | undefined;
  /** Property names, separated by commas ($select). */
  select?: string | undefined;
  /** An OData expression ($filter). */
  filter?: string | undefined;
  /** What to search for ($search). */
  search?: string | undefined;
  /** An OData expression ($orderby). */
  orderBy?: string | undefined;
  /** Id or well-known name: inbox, sentitems… */
  folder?: string | undefined;
};

export type ListMailFoldersRequest = (Owner | TenantOwner) & {
  /** Items per page at most. */
  top?: number | undefined;
  /** The next_cursor of the page before; everything but the path is in it. */
  cursor?: string | undefined;
  /** Property names, separated by commas ($select). */
  select?: string | undefined;
  /** An OData expression ($filter). */
  filter?: string | undefined;
  /** Id or well-known name of the folder above; default the top. */
  folder?: string | undefined;
};

export type GetCalendarEventsRequest = (Owner | TenantOwner) & {
  /** Items per page at most. */
  top?: number | undefined;
  /** The next_cursor of the page before; everything but the path is in it. */
  cursor?: string | undefined;
  /** Property names, separated by commas ($select). */
  select?: string | undefined;
  /** An OData expression ($filter). */
  filter?: string | undefined;
  /** What to search for ($search). */
  search?: string | undefined;
  /** An OData expression ($orderby). */
  orderBy?: string | undefined;
  /** ISO 8601; together with end. */
  start?: string | undefined;
  /** ISO 8601; together with start. */
  end?: string | undefined;
  /** Windows or IANA name of the zone that times are given in; default UTC. */
  timeZone?: string | undefined;
};

export type SearchFilesRequest = (Owner | TenantOwner) & {
  /** Items per page at most. */
  top?: number | undefined;
  /** The next_cursor of the page before; everything but the path is in it. */
  cursor?: string | undefined;
  /** Property names, separated by commas ($select). */
  select?: string | undefined;
  /** Words to look for. */
  query: string;
};

export type ListSubscriptionsRequest = (Owner | TenantOwner) & {
  /** Items per page at most. */
  top?: number | undefined;
  /** The next_cursor of the page before; everything but the path is in it. */
  cursor?: string | undefined;
  /** Instead of the version this service would choose. */
  apiVersion?: string | undefined;
};

export type ListResourceGroupsRequest = (Owner | TenantOwner) & {
  /** A subscription's GUID. */
  subscriptionId: string;
  /** Items per page at most. */
  top?: number | undefined;
  /** The next_cursor of the page before; everything but the path is in it. */
  cursor?: string | undefined;
  /** Instead of the version this service would choose. */
  apiVersion?: string | undefined;
  /** An OData expression ($filter). */
  filter?: string | undefined;
};

export type ListResourcesRequest = (Owner | TenantOwner) & {
  /** A subscription's GUID. */
  subscriptionId: string;
  resourceGroup?: string | undefined;
  /** Items per page at most. */
  top?: number | undefined;
  /** The next_cursor of the page before; everything but the path is in it. */
  cursor?: string | undefined;
  /** Instead of the version this service would choose. */
  apiVersion?: string | undefined;
  /** An OData expression ($filter). */
  filter?: string | undefined;
  /** What else to give of each item ($expand). */
  expand?: string | undefined;
};

export type QueryResourcesRequest = (Owner | TenantOwner) & {
  /** Kusto: Resources | where type =~ 'Microsoft.Web/sites' | project id, name. */
  query: string;
  /** Default: all that the account may read. */
  subscriptions?: string[] | undefined;
  /** Names of management groups, instead or besides. */
  managementGroups?: string[] | undefined;
  /** Rows per page at most. */
  top?: number | undefined;
  /** The next_cursor of the page before; the rest unchanged. */
  cursor?: string | undefined;
  /** Instead of the version this service would choose. */
  apiVersion?: string | undefined;
};

/** One method for each operation that siblings may ask for. */
export interface ServiceMethods {
  /** Connections by id; a user's own credential sees its own. Scope `connections:read`. */
  listConnections(request: ListConnectionsRequest): Promise<ServicePage<ListedConnection>>;
  /** One connection: status, identity, tokens' times. Scope `connections:read`. */
  getConnection(request: GetConnectionRequest): Promise<ConnectionInfo>;
  /** Disconnect: forget the grant and every token. Scope `connections:write`. */
  disconnect(request: DisconnectRequest): Promise<ConnectionInfo>;
  /** Confirm that this user is who signed in. Scope `connections:write`. */
  confirmConnect(request: ConfirmConnectRequest): Promise<ConnectionInfo>;
  /** A token for one user's browser. Scope `connections:write`. */
  createSession(request: CreateSessionRequest): Promise<{ token: string; expires_at: string }>;
  /** The MCP clients that act for a user; a user's own credential sees its own. Scope `connections:write`. */
  listMcpGrants(request: ListMcpGrantsRequest): Promise<McpGrant[]>;
  /** End what an MCP client was given: its tokens are refused from the next call on. Scope `connections:write`. */
  revokeMcpGrant(request: RevokeMcpGrantRequest): Promise<{ revoked: true }>;
  /** Say who is signed in at the page of MCP_SIGN_IN_URL; never by a user's own credential. Scope `connections:write`. */
  completeMcpSignIn(request: CompleteMcpSignInRequest): Promise<{ continue_url: string; expires_at: string }>;
  /** Have changes of a resource of Graph reported; the same again is the same watch. Scope `connections:write`. */
  watch(request: WatchRequest): Promise<Watch>;
  /** What is watched; at most 24. Scope `connections:read`. */
  watches(request: WatchesRequest): Promise<Watch[]>;
  /** Give a watch up. Scope `connections:write`. */
  unwatch(request: UnwatchRequest): Promise<Watch>;
  /** What watches reported, oldest first; kept for 72 hours. Scope `connections:read`. */
  changes(request: ChangesRequest): Promise<{ events: Change[]; truncated?: true }>;
  /** The signed-in user, or another by id or sign-in name. Scope `graph:read`. */
  getUser(request: GetUserRequest): Promise<User>;
  /** Contacts of the user. Scope `graph:read`. */
  listContacts(request: ListContactsRequest): Promise<ServicePage<Contact>>;
  /** Messages, newest first. Scope `graph:read`. */
  getMail(request: GetMailRequest): Promise<ServicePage<Message>>;
  /** Folders of the mailbox, or those in one of them. Scope `graph:read`. */
  listMailFolders(request: ListMailFoldersRequest): Promise<ServicePage<MailFolder>>;
  /** Events; with start and end, the occurrences of series between them. Scope `graph:read`. */
  getCalendarEvents(request: GetCalendarEventsRequest): Promise<ServicePage<Event>>;
  /** Files and folders anywhere in the drive, by name and content. Scope `graph:read`. */
  searchFiles(request: SearchFilesRequest): Promise<ServicePage<DriveItem>>;
  /** Subscriptions the user can see. Scope `arm:read`. */
  listSubscriptions(request: ListSubscriptionsRequest): Promise<ServicePage<Subscription>>;
  /** Resource groups of a subscription. Scope `arm:read`. */
  listResourceGroups(request: ListResourceGroupsRequest): Promise<ServicePage<ResourceGroup>>;
  /** Resources of a subscription, or of one group in it. Scope `arm:read`. */
  listResources(request: ListResourcesRequest): Promise<ServicePage<GenericResource>>;
  /** Ask Resource Graph, over many subscriptions at once. Scope `arm:read`. */
  queryResources(request: QueryResourcesRequest): Promise<ServicePage<ResourceRow>>;
}
