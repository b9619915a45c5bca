// Made by `npm run catalogue` from the declarations in src/api.
import type { AppHealth } from "../contract/app-health.ts";
import type { GenericResource, Provider, ResourceGroup, ResourceGroupParameters, ResourceParameters, Subscription, TagName, TagsResource } from "../contract/azure-types.ts";
import type { ConnectionEvent } from "../contract/connection-events.ts";
import type { ConnectionInfo } from "../contract/connection-info.ts";
import type { ListedConnection } from "../contract/listed-connection.ts";
import type { Call, CatalogueEntry, RunningOperation } from "./catalogue.ts";
import type { Answer } from "./requests.ts";
import type { Contact, DriveItem, Event, Message, User } from "@microsoft/microsoft-graph-types";

export interface ServiceConnectionsOptions {
  status?: "pending" | "active" | "degraded" | "action_required" | "disconnected" | undefined;
  userId?: string | undefined;
  /** Items per page at most. */
  top?: number | undefined;
  /** The next_cursor of the page before; everything but the path is in it. */
  cursor?: string | undefined;
}

export interface ServiceImportConnectionOptions {
  userId: string;
  label?: string | undefined;
  tenantId: string;
  refreshToken: string;
}

export interface ConnectionRefreshOptions {
  /** graph, arm, vault, storage, or an https:// App ID URI. */
  resource?: string | undefined;
}

export interface ConnectionEventsOptions {
  after?: number | undefined;
  limit?: number | undefined;
}

export interface ServiceCreateSessionOptions {
  userId: string;
  scopes?: ("connections:read" | "connections:write" | "graph:read" | "graph:write" | "arm:read" | "arm:write" | "tokens:read" | "admin")[] | undefined;
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

export interface MessageOptions {
  /** Property names, separated by commas ($select). */
  select?: string | undefined;
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

const operations = {
  listConnections: { routes: ["GET /connections"] },
  importConnection: { routes: ["POST /connections"], body: "rest" },
  getConnection: { routes: ["GET {connection}"] },
  disconnect: { routes: ["DELETE {connection}"] },
  refreshConnection: { routes: ["POST {connection}/refresh"], body: "rest" },
  confirmConnect: { routes: ["POST {connection}/confirm"], body: "rest" },
  restoreConnection: { routes: ["POST {connection}/restore"] },
  listEvents: { routes: ["GET {connection}/events"] },
  createSession: { routes: ["POST /sessions"], body: "rest" },
  createTicket: { routes: ["POST {connection}/tickets"] },
  getToken: { routes: ["GET {connection}/token"] },
  getUser: { routes: ["GET /user", "GET /users/{id}"] },
  listUsers: { routes: ["GET /users"] },
  listContacts: { routes: ["GET /contacts"] },
  getMail: { routes: ["GET /mail"] },
  getMessage: { routes: ["GET /mail/{id}"] },
  sendMail: { routes: ["POST /mail/send"], body: "mail" },
  getCalendarEvents: { routes: ["GET /calendar/events"] },
  createCalendarEvent: { routes: ["POST /calendar/events"], body: "event" },
  listFiles: { routes: ["GET /files"] },
  runBatch: { routes: ["POST /batch"], body: "rest" },
  listSubscriptions: { routes: ["GET /subscriptions"] },
  getSubscription: { routes: ["GET /subscriptions/{subscriptionId}"] },
  listProviders: { routes: ["GET /subscriptions/{subscriptionId}/providers"] },
  getProvider: { routes: ["GET /subscriptions/{subscriptionId}/providers/{namespace}"] },
  listTagNames: { routes: ["GET /subscriptions/{subscriptionId}/tagNames"] },
  listResourceGroups: { routes: ["GET /subscriptions/{subscriptionId}/resourceGroups"] },
  getResourceGroup: { routes: ["GET /subscriptions/{subscriptionId}/resourceGroups/{name}"] },
  putResourceGroup: { routes: ["PUT /subscriptions/{subscriptionId}/resourceGroups/{name}"], body: "parameters" },
  deleteResourceGroup: { routes: ["DELETE /subscriptions/{subscriptionId}/resourceGroups/{name}"] },
  listResources: { routes: ["GET /subscriptions/{subscriptionId}/resources", "GET /subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/resources"] },
  getResource: { routes: ["GET /resources"] },
  putResource: { routes: ["PUT /resources"], body: "parameters" },
  deleteResource: { routes: ["DELETE /resources"] },
  getTags: { routes: ["GET /resources/tags"] },
  updateTags: { routes: ["PATCH /resources/tags"], body: "patch" },
  getOperation: { routes: ["GET /operations"] },
  getAppHealth: { routes: ["GET /health/app"] },
} as const satisfies Record<string, CatalogueEntry>;

/** People, mail, calendar and files of one connection. */
export class GraphOperations {
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  /** The signed-in user, or another by id or sign-in name. Scope `graph:read`; User.Read. */
  user(options: UserOptions = {}): Promise<Answer<User>> {
    return this.#call<User>(operations.getUser, { ...options });
  }

  /** The signed-in user, or another by id or sign-in name. Scope `graph:read`; User.Read. */
  userById(id: string, options: UserByIdOptions = {}): Promise<Answer<User>> {
    return this.#call<User>(operations.getUser, { id, ...options });
  }

  /** Users of the directory. Scope `graph:read`; User.ReadBasic.All. */
  users(options: UsersOptions = {}): Promise<Answer<User[]>> {
    return this.#call<User[]>(operations.listUsers, { ...options });
  }

  /** Contacts of the user. Scope `graph:read`; Contacts.Read. */
  contacts(options: ContactsOptions = {}): Promise<Answer<Contact[]>> {
    return this.#call<Contact[]>(operations.listContacts, { ...options });
  }

  /** Messages, newest first. Scope `graph:read`; Mail.ReadBasic. */
  messages(options: MessagesOptions = {}): Promise<Answer<Message[]>> {
    return this.#call<Message[]>(operations.getMail, { ...options });
  }

  /** One message. Scope `graph:read`; Mail.ReadBasic. */
  message(id: string, options: MessageOptions = {}): Promise<Answer<Message>> {
    return this.#call<Message>(operations.getMessage, { id, ...options });
  }

  /** Send a message. Scope `graph:write`; Mail.Send. */
  sendMail(mail: { message: Message; saveToSentItems?: boolean | string | undefined }): Promise<Answer<{ accepted: true }>> {
    return this.#call<{ accepted: true }>(operations.sendMail, { mail });
  }

  /** Events; with start and end, the occurrences of series between them. Scope `graph:read`; Calendars.ReadBasic. */
  events(options: EventsOptions = {}): Promise<Answer<Event[]>> {
    return this.#call<Event[]>(operations.getCalendarEvents, { ...options });
  }

  /** Create an event; Graph invites its attendees. Scope `graph:write`; Calendars.ReadWrite. */
  createEvent(event: Event, options: CreateEventOptions = {}): Promise<Answer<Event>> {
    return this.#call<Event>(operations.createCalendarEvent, { event, ...options });
  }

  /** What is in a folder. Scope `graph:read`; Files.Read. */
  files(options: FilesOptions = {}): Promise<Answer<DriveItem[]>> {
    return this.#call<DriveItem[]>(operations.listFiles, { ...options });
  }

  /** Many Graph requests in one; graph:write as soon as one is not a GET. Scope `graph:read`. */
  batch(requests: ({ id?: string | undefined; method: string; url: string; headers?: Record<string, string> | undefined; body?: unknown | undefined; dependsOn?: string[] | undefined })[]): Promise<Answer<{ responses: ({ id: string; status: number; headers: Record<string, string>; body?: unknown | undefined })[] }>> {
    return this.#call<{ responses: ({ id: string; status: number; headers: Record<string, string>; body?: unknown | undefined })[] }>(operations.runBatch, { requests });
  }
}

/** Subscriptions, groups and resources of one connection. */
export class ArmOperations {
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  /** Subscriptions the user can see. Scope `arm:read`; role Reader. */
  subscriptions(options: SubscriptionsOptions = {}): Promise<Answer<Subscription[]>> {
    return this.#call<Subscription[]>(operations.listSubscriptions, { ...options });
  }

  /** One subscription. Scope `arm:read`; role Reader. */
  subscription(subscriptionId: string, options: SubscriptionOptions = {}): Promise<Answer<Subscription>> {
    return this.#call<Subscription>(operations.getSubscription, { subscriptionId, ...options });
  }

  /** Resource providers of a subscription. Scope `arm:read`; role Reader. */
  providers(subscriptionId: string, options: ProvidersOptions = {}): Promise<Answer<Provider[]>> {
    return this.#call<Provider[]>(operations.listProviders, { subscriptionId, ...options });
  }

  /** One resource provider: its types and their versions. Scope `arm:read`; role Reader. */
  provider(subscriptionId: string, namespace: string, options: ProviderOptions = {}): Promise<Answer<Provider>> {
    return this.#call<Provider>(operations.getProvider, { subscriptionId, namespace, ...options });
  }

  /** Names of tags in use, with their values. Scope `arm:read`; role Reader. */
  tagNames(subscriptionId: string, options: TagNamesOptions = {}): Promise<Answer<TagName[]>> {
    return this.#call<TagName[]>(operations.listTagNames, { subscriptionId, ...options });
  }

  /** Resource groups of a subscription. Scope `arm:read`; role Reader. */
  resourceGroups(subscriptionId: string, options: ResourceGroupsOptions = {}): Promise<Answer<ResourceGroup[]>> {
    return this.#call<ResourceGroup[]>(operations.listResourceGroups, { subscriptionId, ...options });
  }

  /** One resource group. Scope `arm:read`; role Reader. */
  resourceGroup(subscriptionId: string, name: string, options: ResourceGroupOptions = {}): Promise<Answer<ResourceGroup>> {
    return this.#call<ResourceGroup>(operations.getResourceGroup, { subscriptionId, name, ...options });
  }

  /** Create or update a resource group. Scope `arm:write`; role Contributor. */
  putResourceGroup(subscriptionId: string, name: string, parameters: ResourceGroupParameters, options: PutResourceGroupOptions = {}): Promise<Answer<ResourceGroup>> {
    return this.#call<ResourceGroup>(operations.putResourceGroup, { subscriptionId, name, parameters, ...options });
  }

  /** Delete a resource group with everything in it. Scope `arm:write`; role Contributor. */
  deleteResourceGroup(subscriptionId: string, name: string, options: DeleteResourceGroupOptions = {}): Promise<Answer<RunningOperation | null>> {
    return this.#call<RunningOperation | null>(operations.deleteResourceGroup, { subscriptionId, name, ...options });
  }

  /** Resources of a subscription, or of one group in it. Scope `arm:read`; role Reader. */
  resources(subscriptionId: string, options: ResourcesOptions = {}): Promise<Answer<GenericResource[]>> {
    return this.#call<GenericResource[]>(operations.listResources, { subscriptionId, ...options });
  }

  /** Any resource, by its id. Scope `arm:read`; role Reader. */
  resource(id: string, options: ResourceOptions = {}): Promise<Answer<GenericResource>> {
    return this.#call<GenericResource>(operations.getResource, { id, ...options });
  }

  /** Create or replace a resource. Scope `arm:write`; role Contributor. */
  putResource(id: string, parameters: ResourceParameters, options: PutResourceOptions = {}): Promise<Answer<GenericResource | RunningOperation>> {
    return this.#call<GenericResource | RunningOperation>(operations.putResource, { id, parameters, ...options });
  }

  /** Delete a resource. Scope `arm:write`; role Contributor. */
  deleteResource(id: string, options: DeleteResourceOptions = {}): Promise<Answer<RunningOperation | null>> {
    return this.#call<RunningOperation | null>(operations.deleteResource, { id, ...options });
  }

  /** Tags of a subscription, resource group or resource. Scope `arm:read`; role Reader. */
  tags(id: string, options: TagsOptions = {}): Promise<Answer<TagsResource>> {
    return this.#call<TagsResource>(operations.getTags, { id, ...options });
  }

  /** Merge, replace or delete tags. Scope `arm:write`; role Tag Contributor. */
  updateTags(id: string, patch: { operation: "Merge" | "Replace" | "Delete"; tags: Record<string, string> }, options: UpdateTagsOptions = {}): Promise<Answer<TagsResource | RunningOperation>> {
    return this.#call<TagsResource | RunningOperation>(operations.updateTags, { id, patch, ...options });
  }

  /** How far a long-running operation is. Scope `arm:read`; role Reader. */
  operation<Data = unknown>(id: string): Promise<Answer<Data | RunningOperation>> {
    return this.#call<Data | RunningOperation>(operations.getOperation, { id });
  }
}

/** One connection itself. */
export class ConnectionOperations {
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  /** One connection: status, identity, tokens' times. Scope `connections:read`. */
  info(): Promise<Answer<ConnectionInfo>> {
    return this.#call<ConnectionInfo>(operations.getConnection, {  });
  }

  /** Disconnect: forget the grant and every token. Scope `connections:write`. */
  disconnect(): Promise<Answer<ConnectionInfo>> {
    return this.#call<ConnectionInfo>(operations.disconnect, {  });
  }

  /** Renew a token now; joins a renewal that is under way. Scope `connections:write`. */
  refresh(options: ConnectionRefreshOptions = {}): Promise<Answer<ConnectionInfo>> {
    return this.#call<ConnectionInfo>(operations.refreshConnection, { ...options });
  }

  /** Confirm that this user is who signed in. Scope `connections:write`. */
  confirm(flow: string): Promise<Answer<ConnectionInfo>> {
    return this.#call<ConnectionInfo>(operations.confirmConnect, { flow });
  }

  /** Give a connection whose object was lost its grant back. Scope `admin`. */
  restore(): Promise<Answer<ConnectionInfo>> {
    return this.#call<ConnectionInfo>(operations.restoreConnection, {  });
  }

  /** What happened, oldest first; the last 200 are kept. Scope `connections:read`. */
  events(options: ConnectionEventsOptions = {}): Promise<Answer<ConnectionEvent[]>> {
    return this.#call<ConnectionEvent[]>(operations.listEvents, { ...options });
  }

  /** A one-time ticket for the live socket, good for 30 seconds. Scope `connections:read`. */
  ticket(): Promise<Answer<{ ticket: string; expires_at: string }>> {
    return this.#call<{ ticket: string; expires_at: string }>(operations.createTicket, {  });
  }

  /** The access token itself, for a server that calls Microsoft on its own. Scope `tokens:read`. */
  token(options: ConnectionTokenOptions): Promise<Answer<{ token: string; expires_at: string; generation: number }>> {
    return this.#call<{ token: string; expires_at: string; generation: number }>(operations.getToken, { ...options });
  }
}

/** What is asked of no single connection. */
export class ServiceOperations {
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  /** Connections by id; a user's own credential sees its own. Scope `connections:read`. */
  connections(options: ServiceConnectionsOptions = {}): Promise<Answer<ListedConnection[]>> {
    return this.#call<ListedConnection[]>(operations.listConnections, { ...options });
  }

  /** Take over a refresh token that another system holds. Scope `admin`. */
  importConnection(options: ServiceImportConnectionOptions): Promise<Answer<ConnectionInfo>> {
    return this.#call<ConnectionInfo>(operations.importConnection, { ...options });
  }

  /** A token for one user's browser. Scope `connections:write`. */
  createSession(options: ServiceCreateSessionOptions): Promise<Answer<{ token: string; expires_at: string }>> {
    return this.#call<{ token: string; expires_at: string }>(operations.createSession, { ...options });
  }

  /** Which credentials work, how many connections wait for one, and what is not deployed. Scope `admin`. */
  appHealth(): Promise<Answer<AppHealth>> {
    return this.#call<AppHealth>(operations.getAppHealth, {  });
  }
}
