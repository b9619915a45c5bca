// Made by `npm run catalogue` from the declarations in src/api.
import type { AppHealth } from "../contract/app-health.ts";
import type { GenericResource, Provider, ResourceGroup, ResourceGroupParameters, ResourceParameters, ResourceRow, Subscription, TagName, TagsResource } from "../contract/azure-types.ts";
import type { ConnectionEvent } from "../contract/connection-events.ts";
import type { ConnectionInfo } from "../contract/connection-info.ts";
import type { ListedConnection } from "../contract/listed-connection.ts";
import type { McpGrant } from "../contract/mcp-grant.ts";
import type { Change, Watch } from "../contract/watch.ts";
import type { Call, RunningOperation } from "./catalogue.ts";
import type { Answer } from "./requests.ts";
import type { Contact, DriveItem, Event, MailFolder, Message, User } from "@microsoft/microsoft-graph-types";

export interface ServiceConnectionsOptions {
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

export interface ServiceImportConnectionOptions {
  userId?: string | undefined;
  label?: string | undefined;
  tenantId: string;
  /** That another system holds. */
  refreshToken?: string | undefined;
}

export interface ConnectionRefreshOptions {
  /** graph, arm, vault, storage, or an https:// App ID URI. */
  resource?: string | undefined;
}

export interface ConnectionConfirmOptions {
  /** Who is signed in at the host; required on a tenant's connection. */
  userId?: string | undefined;
}

export interface ConnectionEventsOptions {
  after?: number | undefined;
  limit?: number | undefined;
}

export interface ServiceCreateSessionOptions {
  userId: string;
  scopes?: ("connections:read" | "connections:write" | "graph:read" | "graph:write" | "arm:read" | "arm:write" | "vault:read" | "tokens:read" | "admin")[] | undefined;
  /** Seconds; default 3600. */
  ttl?: number | undefined;
}

export interface ConnectionTokenOptions {
  /** graph, arm, vault, storage, or an https:// App ID URI. */
  resource: string;
  tenantId?: string | undefined;
  /** Seconds; default 30. */
  minValidity?: number | undefined;
  /** The generation of a token that the resource refused. */
  staleGeneration?: number | undefined;
}

export interface ServiceMcpGrantsOptions {
  /** Whose clients; a user's own credential need not say it. */
  userId?: string | undefined;
}

export interface ServiceRevokeMcpGrantOptions {
  /** Whose clients; a user's own credential need not say it. */
  userId?: string | undefined;
}

export interface ServiceCompleteMcpSignInOptions {
  userId: string;
  label?: string | undefined;
  /** As the page got it. */
  state: string;
}

export interface ConnectionWatchOptions {
  /** Graph's path: me/mailFolders('inbox')/messages, me/events, me/drive/root, users… */
  resource: string;
  changeTypes: ("created" | "updated" | "deleted")[];
  /** Changes bring the item: of Outlook, Teams and presence. */
  includeData?: boolean | undefined;
  /** Which properties of it, separated by commas; Outlook needs it. */
  select?: string | undefined;
  /** Read by delta what was missed: of a mail folder, a calendar or a drive. */
  catchUp?: boolean | undefined;
}

export interface ConnectionChangesOptions {
  after?: number | undefined;
  limit?: number | undefined;
}

export interface UserOptions {
  /** Property names, separated by commas ($select). */
  select?: string | undefined;
}

export interface UserByIdOptions {
  /** Property names, separated by commas ($select). */
  select?: string | undefined;
}

export interface UsersOptions {
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
}

export interface ContactsOptions {
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
}

export interface MessagesOptions {
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
}

export interface MailFoldersOptions {
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
}

export interface MessageOptions {
  /** Property names, separated by commas ($select). */
  select?: string | undefined;
  /** The form of its body; default as it was written. */
  bodyType?: "text" | "html" | undefined;
}

export interface ReplyOptions {
  /** Text above the message. */
  comment?: string | undefined;
  /** True: everybody it was sent to. Default its sender alone. */
  all?: boolean | undefined;
}

export interface ForwardOptions {
  /** E-mail addresses. */
  to: string[];
  /** Text above the message. */
  comment?: string | undefined;
}

export interface EventsOptions {
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
}

export interface CreateEventOptions {
  /** Windows or IANA name of the zone that times are given in; default UTC. */
  timeZone?: string | undefined;
}

export interface UpdateEventOptions {
  /** Windows or IANA name of the zone that times are given in; default UTC. */
  timeZone?: string | undefined;
}

export interface FilesOptions {
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
  /** From the root of the drive, such as Documents/Reports; default the root. */
  path?: string | undefined;
}

export interface FileOptions {
  /** Property names, separated by commas ($select). */
  select?: string | undefined;
}

export interface SearchFilesOptions {
  /** Items per page at most. */
  top?: number | undefined;
  /** The next_cursor of the page before; everything but the path is in it. */
  cursor?: string | undefined;
  /** Property names, separated by commas ($select). */
  select?: string | undefined;
  /** Words to look for. */
  query: string;
}

export interface SubscriptionsOptions {
  /** Items per page at most. */
  top?: number | undefined;
  /** The next_cursor of the page before; everything but the path is in it. */
  cursor?: string | undefined;
  /** Instead of the version this service would choose. */
  apiVersion?: string | undefined;
}

export interface SubscriptionOptions {
  /** Instead of the version this service would choose. */
  apiVersion?: string | undefined;
}

export interface ProvidersOptions {
  /** Items per page at most. */
  top?: number | undefined;
  /** The next_cursor of the page before; everything but the path is in it. */
  cursor?: string | undefined;
  /** Instead of the version this service would choose. */
  apiVersion?: string | undefined;
  /** What else to give of each item ($expand). */
  expand?: string | undefined;
}

export interface ProviderOptions {
  /** Instead of the version this service would choose. */
  apiVersion?: string | undefined;
  /** What else to give of each item ($expand). */
  expand?: string | undefined;
}

export interface TagNamesOptions {
  /** Items per page at most. */
  top?: number | undefined;
  /** The next_cursor of the page before; everything but the path is in it. */
  cursor?: string | undefined;
  /** Instead of the version this service would choose. */
  apiVersion?: string | undefined;
}

export interface ResourceGroupsOptions {
  /** Items per page at most. */
  top?: number | undefined;
  /** The next_cursor of the page before; everything but the path is in it. */
  cursor?: string | undefined;
  /** Instead of the version this service would choose. */
  apiVersion?: string | undefined;
  /** An OData expression ($filter). */
  filter?: string | undefined;
}

export interface ResourceGroupOptions {
  /** Instead of the version this service would choose. */
  apiVersion?: string | undefined;
}

export interface PutResourceGroupOptions {
  /** Instead of the version this service would choose. */
  apiVersion?: string | undefined;
}

export interface DeleteResourceGroupOptions {
  /** Instead of the version this service would choose. */
  apiVersion?: string | undefined;
}

export interface ResourcesOptions {
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
}

export interface ResourceOptions {
  /** Instead of the version this service would choose. */
  apiVersion?: string | undefined;
}

export interface PutResourceOptions {
  /** Instead of the version this service would choose. */
  apiVersion?: string | undefined;
}

export interface DeleteResourceOptions {
  /** Instead of the version this service would choose. */
  apiVersion?: string | undefined;
}

export interface TagsOptions {
  /** Instead of the version this service would choose. */
  apiVersion?: string | undefined;
}

export interface UpdateTagsOptions {
  /** Instead of the version this service would choose. */
  apiVersion?: string | undefined;
}

export interface QueryOptions {
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
}

/** People, mail, calendar and files of one connection. */
export class GraphOperations {
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  /** The signed-in user, or another by id or sign-in name: `getUser`. Scope `graph:read`; User.Read. */
  user(options?: UserOptions): Promise<Answer<User>> {
    return this.#call<User>("GET /user", options);
  }

  /** The signed-in user, or another by id or sign-in name: `getUser`. Scope `graph:read`; User.Read. */
  userById(id: string, options?: UserByIdOptions): Promise<Answer<User>> {
    return this.#call<User>("GET /users/{id}", options, id);
  }

  /** Users of the directory: `listUsers`. Scope `graph:read`; User.ReadBasic.All. */
  users(options?: UsersOptions): Promise<Answer<User[]>> {
    return this.#call<User[]>("GET /users", options);
  }

  /** Contacts of the user: `listContacts`. Scope `graph:read`; Contacts.Read. */
  contacts(options?: ContactsOptions): Promise<Answer<Contact[]>> {
    return this.#call<Contact[]>("GET /contacts", options);
  }

  /** Messages, newest first: `getMail`. Scope `graph:read`; Mail.ReadBasic. */
  messages(options?: MessagesOptions): Promise<Answer<Message[]>> {
    return this.#call<Message[]>("GET /mail", options);
  }

  /** Folders of the mailbox, or those in one of them: `listMailFolders`. Scope `graph:read`; Mail.ReadBasic. */
  mailFolders(options?: MailFoldersOptions): Promise<Answer<MailFolder[]>> {
    return this.#call<MailFolder[]>("GET /mail/folders", options);
  }

  /** One message: `getMessage`. Scope `graph:read`; Mail.ReadBasic. */
  message(id: string, options?: MessageOptions): Promise<Answer<Message>> {
    return this.#call<Message>("GET /mail/{id}", options, id);
  }

  /** Send a message: `sendMail`. Scope `graph:write`; Mail.Send. */
  sendMail(mail: { message: Message; saveToSentItems?: boolean | string | undefined }): Promise<Answer<{ accepted: true }>> {
    return this.#call<{ accepted: true }>("POST /mail/send 1", {}, mail);
  }

  /** Write a draft; nothing is sent: `createDraft`. Scope `graph:write`; Mail.ReadWrite. */
  createDraft(message: Message): Promise<Answer<Message>> {
    return this.#call<Message>("POST /mail/drafts 1", {}, message);
  }

  /** Send a draft: `sendDraft`. Scope `graph:write`; Mail.Send. */
  sendDraft(id: string): Promise<Answer<{ accepted: true }>> {
    return this.#call<{ accepted: true }>("POST /mail/drafts/{id}/send", {}, id);
  }

  /** Answer a message: `replyToMessage`. Scope `graph:write`; Mail.Send. */
  reply(id: string, options?: ReplyOptions): Promise<Answer<{ accepted: true }>> {
    return this.#call<{ accepted: true }>("POST /mail/{id}/reply *", options, id);
  }

  /** Send a message on, with its attachments: `forwardMessage`. Scope `graph:write`; Mail.Send. */
  forward(id: string, options: ForwardOptions): Promise<Answer<{ accepted: true }>> {
    return this.#call<{ accepted: true }>("POST /mail/{id}/forward *", options, id);
  }

  /** Events; with start and end, the occurrences of series between them: `getCalendarEvents`. Scope `graph:read`; Calendars.ReadBasic. */
  events(options?: EventsOptions): Promise<Answer<Event[]>> {
    return this.#call<Event[]>("GET /calendar/events", options);
  }

  /** Create an event; Graph invites its attendees: `createCalendarEvent`. Scope `graph:write`; Calendars.ReadWrite. */
  createEvent(event: Event, options?: CreateEventOptions): Promise<Answer<Event>> {
    return this.#call<Event>("POST /calendar/events 1", options, event);
  }

  /** Change an event; Graph tells its attendees: `updateCalendarEvent`. Scope `graph:write`; Calendars.ReadWrite. */
  updateEvent(id: string, change: Event, options?: UpdateEventOptions): Promise<Answer<Event>> {
    return this.#call<Event>("PATCH /calendar/events/{id} 1", options, id, change);
  }

  /** Delete an event; Graph tells the attendees of one's own: `deleteCalendarEvent`. Scope `graph:write`; Calendars.ReadWrite. */
  deleteEvent(id: string): Promise<Answer<{ deleted: true }>> {
    return this.#call<{ deleted: true }>("DELETE /calendar/events/{id}", {}, id);
  }

  /** What is in a folder: `listFiles`. Scope `graph:read`; Files.Read. */
  files(options?: FilesOptions): Promise<Answer<DriveItem[]>> {
    return this.#call<DriveItem[]>("GET /files", options);
  }

  /** One file or folder: name, size, times, address; not its content: `getFile`. Scope `graph:read`; Files.Read. */
  file(path: string, options?: FileOptions): Promise<Answer<DriveItem>> {
    return this.#call<DriveItem>("GET /files/item", { path, ...options });
  }

  /** Files and folders anywhere in the drive, by name and content: `searchFiles`. Scope `graph:read`; Files.Read. */
  searchFiles(options: SearchFilesOptions): Promise<Answer<DriveItem[]>> {
    return this.#call<DriveItem[]>("GET /files/search", options);
  }

  /** Delete a file, or a folder with all that is in it: `deleteFile`. Scope `graph:write`; Files.ReadWrite. */
  deleteFile(path: string): Promise<Answer<{ deleted: true }>> {
    return this.#call<{ deleted: true }>("DELETE /files/item", { path });
  }

  /** Many Graph requests in one; graph:write as soon as one is not a GET: `runBatch`. Scope `graph:read`. */
  batch(requests: ({ id?: string | undefined; method: string; url: string; headers?: Record<string, string> | undefined; body?: unknown | undefined; dependsOn?: string[] | undefined })[]): Promise<Answer<{ responses: ({ id: string; status: number; headers: Record<string, string>; body?: unknown | undefined })[] }>> {
    return this.#call<{ responses: ({ id: string; status: number; headers: Record<string, string>; body?: unknown | undefined })[] }>("POST /batch *", { requests });
  }
}

/** Subscriptions, groups and resources of one connection. */
export class ArmOperations {
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  /** Subscriptions the user can see: `listSubscriptions`. Scope `arm:read`; role Reader. */
  subscriptions(options?: SubscriptionsOptions): Promise<Answer<Subscription[]>> {
    return this.#call<Subscription[]>("GET /subscriptions", options);
  }

  /** One subscription: `getSubscription`. Scope `arm:read`; role Reader. */
  subscription(subscriptionId: string, options?: SubscriptionOptions): Promise<Answer<Subscription>> {
    return this.#call<Subscription>("GET /subscriptions/{subscriptionId}", options, subscriptionId);
  }

  /** Resource providers of a subscription: `listProviders`. Scope `arm:read`; role Reader. */
  providers(subscriptionId: string, options?: ProvidersOptions): Promise<Answer<Provider[]>> {
    return this.#call<Provider[]>("GET /subscriptions/{subscriptionId}/providers", options, subscriptionId);
  }

  /** One resource provider: its types and their versions: `getProvider`. Scope `arm:read`; role Reader. */
  provider(subscriptionId: string, namespace: string, options?: ProviderOptions): Promise<Answer<Provider>> {
    return this.#call<Provider>("GET /subscriptions/{subscriptionId}/providers/{namespace}", options, subscriptionId, namespace);
  }

  /** Names of tags in use, with their values: `listTagNames`. Scope `arm:read`; role Reader. */
  tagNames(subscriptionId: string, options?: TagNamesOptions): Promise<Answer<TagName[]>> {
    return this.#call<TagName[]>("GET /subscriptions/{subscriptionId}/tagNames", options, subscriptionId);
  }

  /** Resource groups of a subscription: `listResourceGroups`. Scope `arm:read`; role Reader. */
  resourceGroups(subscriptionId: string, options?: ResourceGroupsOptions): Promise<Answer<ResourceGroup[]>> {
    return this.#call<ResourceGroup[]>("GET /subscriptions/{subscriptionId}/resourceGroups", options, subscriptionId);
  }

  /** One resource group: `getResourceGroup`. Scope `arm:read`; role Reader. */
  resourceGroup(subscriptionId: string, name: string, options?: ResourceGroupOptions): Promise<Answer<ResourceGroup>> {
    return this.#call<ResourceGroup>("GET /subscriptions/{subscriptionId}/resourceGroups/{name}", options, subscriptionId, name);
  }

  /** Create or update a resource group: `putResourceGroup`. Scope `arm:write`; role Contributor. */
  putResourceGroup(subscriptionId: string, name: string, parameters: ResourceGroupParameters, options?: PutResourceGroupOptions): Promise<Answer<ResourceGroup>> {
    return this.#call<ResourceGroup>("PUT /subscriptions/{subscriptionId}/resourceGroups/{name} 1", options, subscriptionId, name, parameters);
  }

  /** Delete a resource group with everything in it: `deleteResourceGroup`. Scope `arm:write`; role Contributor. */
  deleteResourceGroup(subscriptionId: string, name: string, options?: DeleteResourceGroupOptions): Promise<Answer<RunningOperation | null>> {
    return this.#call<RunningOperation | null>("DELETE /subscriptions/{subscriptionId}/resourceGroups/{name}", options, subscriptionId, name);
  }

  /** Resources of a subscription, or of one group in it: `listResources`. Scope `arm:read`; role Reader. */
  resources(subscriptionId: string, options?: ResourcesOptions): Promise<Answer<GenericResource[]>> {
    if (options?.resourceGroup !== undefined) {
      return this.#call<GenericResource[]>("GET /subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/resources", { ...options, resourceGroup: undefined }, subscriptionId, options.resourceGroup);
    }
    return this.#call<GenericResource[]>("GET /subscriptions/{subscriptionId}/resources", options, subscriptionId);
  }

  /** Any resource, by its id: `getResource`. Scope `arm:read`; role Reader. */
  resource(id: string, options?: ResourceOptions): Promise<Answer<GenericResource>> {
    return this.#call<GenericResource>("GET /resources", { id, ...options });
  }

  /** Create or replace a resource: `putResource`. Scope `arm:write`; role Contributor. */
  putResource(id: string, parameters: ResourceParameters, options?: PutResourceOptions): Promise<Answer<GenericResource | RunningOperation>> {
    return this.#call<GenericResource | RunningOperation>("PUT /resources 1", { id, ...options }, parameters);
  }

  /** Delete a resource: `deleteResource`. Scope `arm:write`; role Contributor. */
  deleteResource(id: string, options?: DeleteResourceOptions): Promise<Answer<RunningOperation | null>> {
    return this.#call<RunningOperation | null>("DELETE /resources", { id, ...options });
  }

  /** Tags of a subscription, resource group or resource: `getTags`. Scope `arm:read`; role Reader. */
  tags(id: string, options?: TagsOptions): Promise<Answer<TagsResource>> {
    return this.#call<TagsResource>("GET /resources/tags", { id, ...options });
  }

  /** Merge, replace or delete tags: `updateTags`. Scope `arm:write`; role Tag Contributor. */
  updateTags(id: string, patch: { operation: "Merge" | "Replace" | "Delete"; tags: Record<string, string> }, options?: UpdateTagsOptions): Promise<Answer<TagsResource | RunningOperation>> {
    return this.#call<TagsResource | RunningOperation>("PATCH /resources/tags 1", { id, ...options }, patch);
  }

  /** How far a long-running operation is: `getOperation`. Scope `arm:read`; role Reader. */
  operation<Data = unknown>(id: string): Promise<Answer<Data | RunningOperation>> {
    return this.#call<Data | RunningOperation>("GET /operations", { id });
  }

  /** Ask Resource Graph, over many subscriptions at once: `queryResources`. Scope `arm:read`; role Reader. */
  query(query: string, options?: QueryOptions): Promise<Answer<ResourceRow[]>> {
    return this.#call<ResourceRow[]>("POST /resources/query *", { query, ...options });
  }
}

/** One connection itself. */
export class ConnectionOperations {
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  /** One connection: status, identity, tokens' times: `getConnection`. Scope `connections:read`. */
  info(): Promise<Answer<ConnectionInfo>> {
    return this.#call<ConnectionInfo>("GET {connection}");
  }

  /** Disconnect: forget the grant and every token: `disconnect`. Scope `connections:write`. */
  disconnect(): Promise<Answer<ConnectionInfo>> {
    return this.#call<ConnectionInfo>("DELETE {connection}");
  }

  /** Renew a token now; joins a renewal that is under way: `refreshConnection`. Scope `connections:write`. */
  refresh(options?: ConnectionRefreshOptions): Promise<Answer<ConnectionInfo>> {
    return this.#call<ConnectionInfo>("POST {connection}/refresh *", options);
  }

  /** Confirm that this user is who signed in: `confirmConnect`. Scope `connections:write`. */
  confirm(flow: string, options?: ConnectionConfirmOptions): Promise<Answer<ConnectionInfo>> {
    return this.#call<ConnectionInfo>("POST {connection}/confirm *", { flow, ...options });
  }

  /** Give a connection whose object was lost its grant back: `restoreConnection`. Scope `admin`. */
  restore(): Promise<Answer<ConnectionInfo>> {
    return this.#call<ConnectionInfo>("POST {connection}/restore");
  }

  /** What happened, oldest first; the last 200 are kept: `listEvents`. Scope `connections:read`. */
  events(options?: ConnectionEventsOptions): Promise<Answer<ConnectionEvent[]>> {
    return this.#call<ConnectionEvent[]>("GET {connection}/events", options);
  }

  /** A one-time ticket for the live socket, good for 30 seconds: `createTicket`. Scope `connections:read`. */
  ticket(): Promise<Answer<{ ticket: string; expires_at: string }>> {
    return this.#call<{ ticket: string; expires_at: string }>("POST {connection}/tickets");
  }

  /** The access token itself, for a server that calls Microsoft on its own: `getToken`. Scope `tokens:read`. */
  token(options: ConnectionTokenOptions): Promise<Answer<{ token: string; expires_at: string; generation: number }>> {
    return this.#call<{ token: string; expires_at: string; generation: number }>("GET {connection}/token", options);
  }

  /** Have changes of a resource of Graph reported; the same again is the same watch: `watch`. Scope `connections:write`. */
  watch(options: ConnectionWatchOptions): Promise<Answer<Watch>> {
    return this.#call<Watch>("POST {connection}/watches *", options);
  }

  /** What is watched; at most 24: `watches`. Scope `connections:read`. */
  watches(): Promise<Answer<Watch[]>> {
    return this.#call<Watch[]>("GET {connection}/watches");
  }

  /** One watch: its state, and whether changes may be missing: `getWatch`. Scope `connections:read`. */
  getWatch(watchId: string): Promise<Answer<Watch>> {
    return this.#call<Watch>("GET {connection}/watches/{watchId}", {}, watchId);
  }

  /** Give a watch up: `unwatch`. Scope `connections:write`. */
  unwatch(watchId: string): Promise<Answer<Watch>> {
    return this.#call<Watch>("DELETE {connection}/watches/{watchId}", {}, watchId);
  }

  /** What watches reported, oldest first; kept for 72 hours: `changes`. Scope `connections:read`. */
  changes(options?: ConnectionChangesOptions): Promise<Answer<Change[]>> {
    return this.#call<Change[]>("GET {connection}/changes", options);
  }
}

/** What is asked of no single connection. */
export class ServiceOperations {
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  /** Connections by id; a user's own credential sees its own: `listConnections`. Scope `connections:read`. */
  connections(options?: ServiceConnectionsOptions): Promise<Answer<ListedConnection[]>> {
    return this.#call<ListedConnection[]>("GET /connections", options);
  }

  /** Take over a user's refresh token, or with tenant_id alone connect that tenant, app-only: `importConnection`. Scope `admin`. */
  importConnection(options: ServiceImportConnectionOptions): Promise<Answer<ConnectionInfo>> {
    return this.#call<ConnectionInfo>("POST /connections *", options);
  }

  /** Take over a user's refresh token, or with tenant_id alone connect that tenant, app-only: `importConnection`. Scope `admin`. */
  connectTenant(tenantId: string): Promise<Answer<ConnectionInfo>> {
    return this.#call<ConnectionInfo>("POST /connections *", { tenantId });
  }

  /** A token for one user's browser: `createSession`. Scope `connections:write`. */
  createSession(options: ServiceCreateSessionOptions): Promise<Answer<{ token: string; expires_at: string }>> {
    return this.#call<{ token: string; expires_at: string }>("POST /sessions *", options);
  }

  /** The MCP clients that act for a user; a user's own credential sees its own: `listMcpGrants`. Scope `connections:write`. */
  mcpGrants(options?: ServiceMcpGrantsOptions): Promise<Answer<McpGrant[]>> {
    return this.#call<McpGrant[]>("GET /mcp/grants", options);
  }

  /** End what an MCP client was given: its tokens are refused from the next call on: `revokeMcpGrant`. Scope `connections:write`. */
  revokeMcpGrant(grantId: string, options?: ServiceRevokeMcpGrantOptions): Promise<Answer<{ revoked: true }>> {
    return this.#call<{ revoked: true }>("DELETE /mcp/grants/{grantId}", options, grantId);
  }

  /** Say who is signed in at the page of MCP_SIGN_IN_URL; never by a user's own credential: `completeMcpSignIn`. Scope `connections:write`. */
  completeMcpSignIn(options: ServiceCompleteMcpSignInOptions): Promise<Answer<{ continue_url: string; expires_at: string }>> {
    return this.#call<{ continue_url: string; expires_at: string }>("POST /mcp/sign-ins *", options);
  }

  /** Which credentials work, how many connections wait for one, and what is not deployed: `getAppHealth`. Scope `admin`. */
  appHealth(): Promise<Answer<AppHealth>> {
    return this.#call<AppHealth>("GET /health/app");
  }
}
