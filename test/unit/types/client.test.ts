import type { Contact, DriveItem, Event, Message, User } from "@microsoft/microsoft-graph-types";
import { describe, expect, expectTypeOf, test } from "vitest";
import * as client from "../../../src/client/index.ts";
import type { Provider, ResourceGroup, Subscription } from "../../../src/contract/azure-types.ts";
import { exportsOf, unmentionedIn } from "../../support/entry-point.ts";

/** The package's first entry point, as a program that imports it sees its types. */

const { AzureClient, AzureConnectionCredential, AzureError, LiveClient, azure, isRunning } = client;

type ConnectionClient = client.ConnectionClient;
type Listed<Item> = Promise<client.Answer<Item[]>>;
type One<Item> = Promise<client.Answer<Item>>;
type MaybeRunning<Item> = One<Item | client.RunningOperation>;
test("every export is named in this file", () => {
  const { values, types } = exportsOf("src/client/index.ts");
  expect(Object.keys(client).toSorted()).toEqual(values);
  expect(unmentionedIn("test/unit/types/client.test.ts", [...values, ...types])).toEqual([]);
});

describe("the client", () => {
  test("is made of an address and a credential", () => {
    expectTypeOf(AzureClient).toBeConstructibleWith({ baseUrl: "https://x", apiKey: "azk_a_b" });
    expectTypeOf(AzureClient).toBeConstructibleWith({ baseUrl: "https://x", token: "t" });
    expectTypeOf<client.ServiceOptions>().toHaveProperty("fetch");
    expectTypeOf<client.ServiceOptions["baseUrl"]>().toBeString();
    expectTypeOf<InstanceType<typeof AzureClient>["connection"]>().parameters.toEqualTypeOf<
      [who: client.Who]
    >();
    expectTypeOf<client.Who>().toEqualTypeOf<
      client.Owner | client.TenantOwner | { connection: string; as?: string | undefined }
    >();
    expectTypeOf<ConnectionClient["graph"]>().toEqualTypeOf<client.GraphRoutes>();
    expectTypeOf<client.GraphRoutes>().toExtend<client.GraphOperations>();
    expectTypeOf<ConnectionClient["arm"]>().toEqualTypeOf<client.ArmOperations>();
    expectTypeOf<client.ArmRoutes>().toEqualTypeOf<client.ArmOperations>();
    expectTypeOf<ConnectionClient>().toExtend<client.ConnectionOperations>();
    expectTypeOf<InstanceType<typeof AzureClient>>().toExtend<client.ServiceOperations>();
  });

  test("takes a credential, or a function that gives one", () => {
    expectTypeOf<client.CredentialSource>().toEqualTypeOf<
      string | (() => string | Promise<string>)
    >();
    expectTypeOf<client.ServiceOptions["token"]>().toEqualTypeOf<
      client.CredentialSource | undefined
    >();
    expectTypeOf<client.ServiceOptions["apiKey"]>().toEqualTypeOf<
      client.CredentialSource | undefined
    >();
  });

  test("starts what a browser goes on with, and carries files", () => {
    type Service = InstanceType<typeof AzureClient>;
    expectTypeOf<Parameters<ConnectionClient["beginConnect"]>[0]>().toEqualTypeOf<
      client.SignInOptions | undefined
    >();
    expectTypeOf<ReturnType<ConnectionClient["beginConnect"]>>().toEqualTypeOf<
      One<client.SignInStart>
    >();
    expectTypeOf<Parameters<Service["adminConsent"]>[0]>().toEqualTypeOf<
      client.AdminConsentOptions | undefined
    >();
    expectTypeOf<ReturnType<Service["adminConsent"]>>().toEqualTypeOf<
      One<client.AdminConsentStart>
    >();
    expectTypeOf<ReturnType<Service["health"]>>().toEqualTypeOf<One<client.Health>>();
    expectTypeOf<Parameters<client.GraphRoutes["downloadFile"]>[1]>().toEqualTypeOf<
      client.DownloadOptions | undefined
    >();
    expectTypeOf<Parameters<client.GraphRoutes["uploadFile"]>[2]>().toEqualTypeOf<
      client.UploadOptions | undefined
    >();
    expectTypeOf<ReturnType<client.GraphRoutes["uploadFile"]>>().toEqualTypeOf<One<DriveItem>>();
  });

  test("gives Microsoft's own types", () => {
    type Graph = client.GraphOperations;
    expectTypeOf<ReturnType<Graph["user"]>>().toEqualTypeOf<One<User>>();
    expectTypeOf<ReturnType<Graph["userById"]>>().toEqualTypeOf<One<User>>();
    expectTypeOf<ReturnType<Graph["users"]>>().toEqualTypeOf<Listed<User>>();
    expectTypeOf<ReturnType<Graph["contacts"]>>().toEqualTypeOf<Listed<Contact>>();
    expectTypeOf<ReturnType<Graph["messages"]>>().toEqualTypeOf<Listed<Message>>();
    expectTypeOf<ReturnType<Graph["message"]>>().toEqualTypeOf<One<Message>>();
    expectTypeOf<ReturnType<Graph["sendMail"]>>().toEqualTypeOf<One<{ accepted: true }>>();
    expectTypeOf<ReturnType<Graph["events"]>>().toEqualTypeOf<Listed<Event>>();
    expectTypeOf<ReturnType<Graph["createEvent"]>>().toEqualTypeOf<One<Event>>();
    expectTypeOf<ReturnType<Graph["files"]>>().toEqualTypeOf<Listed<DriveItem>>();
    type Arm = client.ArmOperations;
    expectTypeOf<ReturnType<Arm["subscriptions"]>>().toEqualTypeOf<Listed<Subscription>>();
    expectTypeOf<ReturnType<Arm["provider"]>>().toEqualTypeOf<One<Provider>>();
    expectTypeOf<ReturnType<Arm["resourceGroups"]>>().toEqualTypeOf<Listed<ResourceGroup>>();
    expectTypeOf<ReturnType<Arm["deleteResource"]>>().toEqualTypeOf<MaybeRunning<null>>();
    expectTypeOf<ReturnType<client.ConnectionOperations["info"]>>().toEqualTypeOf<
      One<client.ConnectionInfo>
    >();
    expectTypeOf<ReturnType<client.ConnectionOperations["events"]>>().toEqualTypeOf<
      Listed<client.ConnectionEvent>
    >();
    expectTypeOf<ReturnType<client.ServiceOperations["connections"]>>().toEqualTypeOf<
      Listed<client.ListedConnection>
    >();
    expectTypeOf<client.Answer<string>["nextCursor"]>().toEqualTypeOf<string | undefined>();
  });

  test("takes the options of each method by their names", () => {
    type Graph = client.GraphOperations;
    type Arm = client.ArmOperations;
    expectTypeOf<Parameters<Graph["user"]>[0]>().toEqualTypeOf<client.UserOptions | undefined>();
    expectTypeOf<Parameters<Graph["userById"]>[1]>().toEqualTypeOf<
      client.UserByIdOptions | undefined
    >();
    expectTypeOf<Parameters<Graph["users"]>[0]>().toEqualTypeOf<client.UsersOptions | undefined>();
    expectTypeOf<client.GraphListOptions>().toEqualTypeOf<client.UsersOptions>();
    expectTypeOf<Parameters<Graph["contacts"]>[0]>().toEqualTypeOf<
      client.ContactsOptions | undefined
    >();
    expectTypeOf<Parameters<Graph["messages"]>[0]>().toEqualTypeOf<
      client.MessagesOptions | undefined
    >();
    expectTypeOf<Parameters<Graph["message"]>[1]>().toEqualTypeOf<
      client.MessageOptions | undefined
    >();
    expectTypeOf<Parameters<Graph["events"]>[0]>().toEqualTypeOf<
      client.EventsOptions | undefined
    >();
    expectTypeOf<client.CalendarOptions>().toEqualTypeOf<client.EventsOptions>();
    expectTypeOf<Parameters<Graph["createEvent"]>[1]>().toEqualTypeOf<
      client.CreateEventOptions | undefined
    >();
    expectTypeOf<Parameters<Graph["mailFolders"]>[0]>().toEqualTypeOf<
      client.MailFoldersOptions | undefined
    >();
    expectTypeOf<Parameters<Graph["reply"]>[1]>().toEqualTypeOf<client.ReplyOptions | undefined>();
    expectTypeOf<Parameters<Graph["forward"]>[1]>().toEqualTypeOf<client.ForwardOptions>();
    expectTypeOf<Parameters<Graph["updateEvent"]>[2]>().toEqualTypeOf<
      client.UpdateEventOptions | undefined
    >();
    expectTypeOf<Parameters<Graph["searchFiles"]>[0]>().toEqualTypeOf<client.SearchFilesOptions>();
    expectTypeOf<Parameters<Graph["file"]>[1]>().toEqualTypeOf<client.FileOptions | undefined>();
    expectTypeOf<Parameters<Graph["files"]>[0]>().toEqualTypeOf<client.FilesOptions | undefined>();
    expectTypeOf<Parameters<Arm["subscriptions"]>[0]>().toEqualTypeOf<
      client.SubscriptionsOptions | undefined
    >();
    expectTypeOf<client.ArmPageOptions>().toEqualTypeOf<client.SubscriptionsOptions>();
    expectTypeOf<Parameters<Arm["subscription"]>[1]>().toEqualTypeOf<
      client.SubscriptionOptions | undefined
    >();
    expectTypeOf<client.ArmCallOptions>().toEqualTypeOf<client.SubscriptionOptions>();
    expectTypeOf<Parameters<Arm["providers"]>[1]>().toEqualTypeOf<
      client.ProvidersOptions | undefined
    >();
    expectTypeOf<Parameters<Arm["provider"]>[2]>().toEqualTypeOf<
      client.ProviderOptions | undefined
    >();
    expectTypeOf<Parameters<Arm["tagNames"]>[1]>().toEqualTypeOf<
      client.TagNamesOptions | undefined
    >();
    expectTypeOf<Parameters<Arm["resourceGroups"]>[1]>().toEqualTypeOf<
      client.ResourceGroupsOptions | undefined
    >();
    expectTypeOf<client.ArmListOptions>().toEqualTypeOf<client.ResourceGroupsOptions>();
    expectTypeOf<Parameters<Arm["resourceGroup"]>[2]>().toEqualTypeOf<
      client.ResourceGroupOptions | undefined
    >();
    expectTypeOf<Parameters<Arm["putResourceGroup"]>[3]>().toEqualTypeOf<
      client.PutResourceGroupOptions | undefined
    >();
    expectTypeOf<Parameters<Arm["deleteResourceGroup"]>[2]>().toEqualTypeOf<
      client.DeleteResourceGroupOptions | undefined
    >();
    expectTypeOf<Parameters<Arm["resources"]>[1]>().toEqualTypeOf<
      client.ResourcesOptions | undefined
    >();
    expectTypeOf<client.ResourceListOptions>().toEqualTypeOf<client.ResourcesOptions>();
    expectTypeOf<Parameters<Arm["resource"]>[1]>().toEqualTypeOf<
      client.ResourceOptions | undefined
    >();
    expectTypeOf<Parameters<Arm["putResource"]>[2]>().toEqualTypeOf<
      client.PutResourceOptions | undefined
    >();
    expectTypeOf<Parameters<Arm["deleteResource"]>[1]>().toEqualTypeOf<
      client.DeleteResourceOptions | undefined
    >();
    expectTypeOf<Parameters<Arm["tags"]>[1]>().toEqualTypeOf<client.TagsOptions | undefined>();
    expectTypeOf<Parameters<Arm["updateTags"]>[2]>().toEqualTypeOf<
      client.UpdateTagsOptions | undefined
    >();
    expectTypeOf<Parameters<Arm["query"]>[1]>().toEqualTypeOf<client.QueryOptions | undefined>();
  });

  test("takes the options of a connection and of the service", () => {
    type Own = client.ConnectionOperations;
    type Service = client.ServiceOperations;
    expectTypeOf<Parameters<Own["refresh"]>[0]>().toEqualTypeOf<
      client.ConnectionRefreshOptions | undefined
    >();
    expectTypeOf<Parameters<Own["events"]>[0]>().toEqualTypeOf<
      client.ConnectionEventsOptions | undefined
    >();
    expectTypeOf<Parameters<Own["token"]>[0]>().toEqualTypeOf<client.ConnectionTokenOptions>();
    expectTypeOf<Parameters<Own["watch"]>[0]>().toEqualTypeOf<client.ConnectionWatchOptions>();
    expectTypeOf<Parameters<Own["changes"]>[0]>().toEqualTypeOf<
      client.ConnectionChangesOptions | undefined
    >();
    expectTypeOf<Awaited<ReturnType<Own["watches"]>>>().toEqualTypeOf<
      client.Answer<client.Watch[]>
    >();
    expectTypeOf<Awaited<ReturnType<Own["changes"]>>>().toEqualTypeOf<
      client.Answer<client.Change[]>
    >();
    expectTypeOf<client.TokenOptions>().toEqualTypeOf<client.ConnectionTokenOptions>();
    expectTypeOf<Parameters<Service["connections"]>[0]>().toEqualTypeOf<
      client.ServiceConnectionsOptions | undefined
    >();
    expectTypeOf<client.ListConnectionsOptions>().toEqualTypeOf<client.ServiceConnectionsOptions>();
    expectTypeOf<client.ServiceConnectionsOptions["status"]>().toEqualTypeOf<
      client.ConnectionStatus | undefined
    >();
    expectTypeOf<
      Parameters<Service["createSession"]>[0]
    >().toEqualTypeOf<client.ServiceCreateSessionOptions>();
    expectTypeOf<client.SessionRequest>().toEqualTypeOf<client.ServiceCreateSessionOptions>();
    expectTypeOf<
      Parameters<Service["importConnection"]>[0]
    >().toEqualTypeOf<client.ServiceImportConnectionOptions>();
    expectTypeOf<client.ImportRequest>().toEqualTypeOf<client.ServiceImportConnectionOptions>();
  });

  test("lists and revokes what MCP clients were given", () => {
    type Service = InstanceType<typeof AzureClient>;
    expectTypeOf<Awaited<ReturnType<Service["mcpGrants"]>>>().toEqualTypeOf<
      client.Answer<client.McpGrant[]>
    >();
    expectTypeOf<Parameters<Service["mcpGrants"]>[0]>().toEqualTypeOf<
      client.ServiceMcpGrantsOptions | undefined
    >();
    expectTypeOf<Parameters<Service["revokeMcpGrant"]>[1]>().toEqualTypeOf<
      client.ServiceRevokeMcpGrantOptions | undefined
    >();
    expectTypeOf<
      Parameters<Service["completeMcpSignIn"]>[0]
    >().toEqualTypeOf<client.ServiceCompleteMcpSignInOptions>();
  });

  test("narrows what may be an operation under way", () => {
    const data: unknown = { operation: "id", status: "InProgress" };
    if (!isRunning(data)) throw new Error("it is under way");
    expectTypeOf(data).toEqualTypeOf<client.RunningOperation>();
    expectTypeOf<client.RunningOperation["retry_after"]>().toEqualTypeOf<number | undefined>();
  });

  test("takes and gives a batch", () => {
    expectTypeOf<client.BatchRequest["url"]>().toBeString();
    expectTypeOf<client.BatchResponse["status"]>().toBeNumber();
    expectTypeOf<Parameters<client.GraphOperations["batch"]>[0]>().toBeArray();
  });
});

describe("a connection's own parts", () => {
  test("have closed unions of what they can be", () => {
    expectTypeOf<client.ConnectionInfo["status"]>().toEqualTypeOf<client.ConnectionStatus>();
    expectTypeOf<client.ConnectionInfo["remedy"]>().toEqualTypeOf<client.Remedy | undefined>();
    expectTypeOf<client.Remedy["action"]>().toEqualTypeOf<client.RemedyAction>();
    expectTypeOf<"consent">().toExtend<client.RemedyAction>();
    expectTypeOf<"token.refreshed">().toExtend<client.ConnectionEvent["type"]>();
    expectTypeOf<string>().not.toExtend<client.ConnectionEvent["type"]>();
    expectTypeOf<client.LiveSnapshot["data"]>().toEqualTypeOf<client.ConnectionInfo>();
    expectTypeOf<client.ListedConnection["id"]>().toBeString();
  });

  test("fail by errors that say what and why", () => {
    expectTypeOf<InstanceType<typeof AzureError>["code"]>().toEqualTypeOf<client.ErrorCode>();
    expectTypeOf<InstanceType<typeof AzureError>["details"]>().toEqualTypeOf<
      client.ErrorDetails | undefined
    >();
    expectTypeOf<"app_misconfigured">().toExtend<client.ErrorCode>();
    expectTypeOf<string>().not.toExtend<client.ErrorCode>();
    expectTypeOf(client.isAzureError).guards.toEqualTypeOf<client.AzureError>();
  });

  test("of a tenant say how it came to be connected, and once by whom", () => {
    expectTypeOf<client.ConnectionInfo["proof"]>().toEqualTypeOf<client.TenantProof | undefined>();
    expectTypeOf<client.ConnectionInfo["administrator"]>().toEqualTypeOf<
      client.Administrator | undefined
    >();
    type Begin = InstanceType<typeof AzureClient>["beginTenantConnect"];
    expectTypeOf<Begin>().parameters.toEqualTypeOf<[options: client.TenantConnectOptions]>();
    expectTypeOf<Begin>().returns.resolves.toEqualTypeOf<
      client.Answer<client.TenantConnectStart>
    >();
    expectTypeOf<client.ConnectionConfirmOptions>().toEqualTypeOf<{
      userId?: string | undefined;
    }>();
  });

  test("are followed live", () => {
    expectTypeOf(LiveClient).constructorParameters.toEqualTypeOf<
      [options: client.LiveClientOptions]
    >();
    expectTypeOf<client.LiveClientOptions>().toExtend<client.LiveOptions>();
    expectTypeOf<client.LiveOptions>().toExtend<client.LiveHandlers>();
    expectTypeOf<Parameters<ConnectionClient["live"]>[0]>().toEqualTypeOf<client.LiveOptions>();
  });
});

describe("a binding to the entrypoint", () => {
  test("gives a stub that is a signed-in fetch", () => {
    expectTypeOf(azure).returns.toEqualTypeOf<client.ConnectionStub>();
    expectTypeOf<client.AzureBinding | undefined>().toExtend<Parameters<typeof azure>[0]>();
    expectTypeOf<client.AzureBinding>().toEqualTypeOf<client.AzureService>();
    expectTypeOf(azure)
      .parameter(1)
      .toEqualTypeOf<client.Owner | Pick<client.TenantOwner, "tenantId">>();
    // What the pages of links ask is no sibling's.
    expectTypeOf<client.ConnectionStub>().not.toHaveProperty("beginAccountLink");
    expectTypeOf<client.ConnectionStub>().not.toHaveProperty("beginReconnect");
    expectTypeOf<client.ConnectionStub>().not.toHaveProperty("reconnectRequest");
    expectTypeOf<client.ConnectionStub["fetch"]>().returns.toEqualTypeOf<Promise<Response>>();
  });

  test("has methods whose requests and results have names", () => {
    type Service = client.AzureService;
    type Same = Omit<client.ServiceMethods, "createSession">;
    expectTypeOf<Service>().toExtend<Same>();
    expectTypeOf<Awaited<ReturnType<Service["createSession"]>>>().toEqualTypeOf<client.Session>();
    expectTypeOf<Awaited<ReturnType<Service["getMail"]>>>().toEqualTypeOf<
      client.ServicePage<Message>
    >();
    type Requests = { [Name in keyof Service]: Parameters<Service[Name]>[0] };
    expectTypeOf<Requests>().toEqualTypeOf<{
      beginConnect: client.BeginConnectRequest;
      changes: client.ChangesRequest;
      completeConnect: client.CompleteConnectRequest;
      completeMcpSignIn: client.CompleteMcpSignInRequest;
      confirmConnect: client.ConfirmConnectRequest;
      connectTenant: { tenantId: string };
      connection: client.Owner | Pick<client.TenantOwner, "tenantId">;
      createSession: client.CreateSessionRequest;
      disconnect: client.DisconnectRequest;
      getCalendarEvents: client.GetCalendarEventsRequest;
      getConnection: client.GetConnectionRequest;
      getMail: client.GetMailRequest;
      getUser: client.GetUserRequest;
      listConnections: client.ListConnectionsRequest;
      listContacts: client.ListContactsRequest;
      listMailFolders: client.ListMailFoldersRequest;
      listMcpGrants: client.ListMcpGrantsRequest;
      listResourceGroups: client.ListResourceGroupsRequest;
      listResources: client.ListResourcesRequest;
      listSubscriptions: client.ListSubscriptionsRequest;
      queryResources: client.QueryResourcesRequest;
      revokeMcpGrant: client.RevokeMcpGrantRequest;
      searchFiles: client.SearchFilesRequest;
      unwatch: client.UnwatchRequest;
      watch: client.WatchRequest;
      watches: client.WatchesRequest;
    }>();
  });

  test("is a credential of the Azure SDKs", () => {
    expectTypeOf(AzureConnectionCredential).toBeConstructibleWith(
      azure({ connection: async () => Promise.reject(new Error("unused")) }, { userId: "ada" }),
    );
    expectTypeOf<client.ConnectionStub>().toExtend<client.AccessTokenSource>();
    expectTypeOf<client.HttpTokenSource>().toExtend<client.Who & { apiKey: string }>();
    type Credential = InstanceType<typeof AzureConnectionCredential>;
    expectTypeOf<Parameters<Credential["getToken"]>[1]>().toEqualTypeOf<
      client.GetTokenOptions | undefined
    >();
    expectTypeOf<ReturnType<Credential["getToken"]>>().toEqualTypeOf<
      Promise<client.SdkAccessToken>
    >();
  });
});
