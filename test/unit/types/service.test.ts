import type { Contact, Event, Message, User } from "@microsoft/microsoft-graph-types";
import type { WorkerEntrypoint } from "cloudflare:workers";
import { describe, expectTypeOf, test } from "vitest";
import type {
  azure,
  AzureBinding,
  ConnectionInfo,
  ListedConnection,
} from "../../../src/client/index.ts";
import type { ResourceGroup, Subscription } from "../../../src/contract/azure-types.ts";
import type { Json } from "../../../src/rpc/plain.ts";
import type { AzureService, CallerProps } from "../../../src/service.ts";

/** `env.AZURE` as a sibling Worker sees it: the types that Workers RPC makes of the entrypoint. */

type Binding = Service<typeof AzureService>;
type Request<Method extends keyof Binding> = Binding[Method] extends (
  request: infer Given,
) => unknown
  ? Given
  : never;
interface Listed<Item> {
  data: Item[];
  nextCursor?: string;
}

describe("a sibling's binding", () => {
  test("is one that azure() takes", () => {
    expectTypeOf<Binding>().toExtend<AzureBinding>();
    expectTypeOf<Binding>().toExtend<Parameters<typeof azure>[0]>();
    expectTypeOf<AzureService["connection"]>().toBeCallableWith({ userId: "ada", label: "work" });
    expectTypeOf<CallerProps>().toEqualTypeOf<{ caller?: string; scopes?: readonly string[] }>();
  });

  test("is in full what the package gives as its type", () => {
    type Own = Exclude<keyof AzureService, keyof WorkerEntrypoint>;
    expectTypeOf<Own>().toEqualTypeOf<keyof AzureBinding>();
    expectTypeOf<Pick<AzureService, Own>>().toExtend<AzureBinding>();
    type Requests<Methods extends Record<keyof AzureBinding, (request: never) => unknown>> = {
      [Name in keyof AzureBinding]: Parameters<Methods[Name]>[0];
    };
    expectTypeOf<Requests<AzureService>>().toExtend<Requests<AzureBinding>>();
    expectTypeOf<Requests<AzureBinding>>().toExtend<Requests<AzureService>>();
    type Results<Methods extends Record<keyof AzureBinding, (request: never) => unknown>> = {
      [Name in Exclude<keyof AzureBinding, "listResources" | "queryResources">]: Awaited<
        ReturnType<Methods[Name]>
      >;
    };
    expectTypeOf<Results<AzureBinding>>().toExtend<Results<AzureService>>();
  });

  test("names the user or the tenant in every request about a connection", () => {
    type Named<Name extends keyof AzureBinding> = Extract<Request<Name>, { userId: string }>;
    expectTypeOf<Named<"getMail">["userId"]>().toBeString();
    expectTypeOf<Named<"listContacts">["userId"]>().toBeString();
    expectTypeOf<Named<"getConnection">["userId"]>().toBeString();
    expectTypeOf<Named<"disconnect">["label"]>().toEqualTypeOf<string | undefined>();
    type Tenants<Name extends keyof AzureBinding> = Extract<Request<Name>, { tenantId: string }>;
    expectTypeOf<Tenants<"getMail">["as"]>().toEqualTypeOf<string | undefined>();
    expectTypeOf<Request<"confirmConnect">["flow"]>().toBeString();
    expectTypeOf<Request<"completeConnect">["state"]>().toBeString();
    expectTypeOf<Request<"listConnections">["userId"]>().toEqualTypeOf<string | undefined>();
    expectTypeOf<Request<"beginConnect">["scopes"]>().toEqualTypeOf<string[] | undefined>();
    expectTypeOf<Request<"getMail">["orderBy"]>().toEqualTypeOf<string | undefined>();
    expectTypeOf<Request<"listResources">["subscriptionId"]>().toBeString();
  });

  test("gives Microsoft's own types", () => {
    expectTypeOf<Awaited<ReturnType<AzureService["getUser"]>>>().toEqualTypeOf<User>();
    expectTypeOf<Awaited<ReturnType<AzureService["getMail"]>>>().toExtend<Listed<Message>>();
    expectTypeOf<Awaited<ReturnType<AzureService["listContacts"]>>>().toExtend<Listed<Contact>>();
    expectTypeOf<Awaited<ReturnType<AzureService["getCalendarEvents"]>>>().toExtend<
      Listed<Event>
    >();
    expectTypeOf<Awaited<ReturnType<AzureService["listSubscriptions"]>>>().toExtend<
      Listed<Subscription>
    >();
    expectTypeOf<Awaited<ReturnType<AzureService["listResourceGroups"]>>>().toExtend<
      Listed<ResourceGroup>
    >();
    expectTypeOf<Awaited<ReturnType<AzureService["listConnections"]>>>().toExtend<
      Listed<ListedConnection>
    >();
    expectTypeOf<
      Awaited<ReturnType<AzureService["getConnection"]>>
    >().toEqualTypeOf<ConnectionInfo>();
  });

  test("loses no result to RPC, which gives never for what it cannot carry", () => {
    // As a sibling writes it. It is compiled and not called.
    const used = async (azure: Binding) => {
      const userId = "ada";
      const subscriptionId = "aaaaaaaa-1111-4000-8000-000000000001";
      const user = await azure.getUser({ userId });
      expectTypeOf(user.displayName).toEqualTypeOf<string | null | undefined>();
      const { data: mail, nextCursor } = await azure.getMail({ userId, top: 1 });
      expectTypeOf(mail[0]?.subject).toEqualTypeOf<string | null | undefined>();
      expectTypeOf(nextCursor).toEqualTypeOf<string | undefined>();
      const { data: contacts } = await azure.listContacts({ userId });
      expectTypeOf(contacts[0]?.displayName).toEqualTypeOf<string | null | undefined>();
      const { data: events } = await azure.getCalendarEvents({ userId });
      expectTypeOf(events[0]?.subject).toEqualTypeOf<string | null | undefined>();
      const { data: subscriptions } = await azure.listSubscriptions({ userId });
      expectTypeOf(subscriptions[0]?.displayName).toEqualTypeOf<string | undefined>();
      const { data: groups } = await azure.listResourceGroups({ userId, subscriptionId });
      expectTypeOf(groups[0]?.location).toEqualTypeOf<string | undefined>();
      const { data: resources } = await azure.listResources({ userId, subscriptionId });
      expectTypeOf(resources[0]?.id).toEqualTypeOf<string | undefined>();
      const { data: rows } = await azure.queryResources({ userId, query: "Resources" });
      expectTypeOf(rows[0]?.["id"]).toEqualTypeOf<Json | undefined>();
      const { data: connections } = await azure.listConnections({ userId });
      expectTypeOf(connections[0]?.status).toEqualTypeOf<ListedConnection["status"] | undefined>();
      const confirmed = await azure.confirmConnect({ userId, flow: "f" });
      expectTypeOf(confirmed.status).toEqualTypeOf<ConnectionInfo["status"]>();
      const completed = await azure.completeConnect({ userId, code: "c", state: "s" });
      expectTypeOf(completed.id).toBeString();
      const { authUrl } = await azure.beginConnect({ userId });
      expectTypeOf(authUrl).toBeString();
      const { token } = await azure.createSession({ userId });
      expectTypeOf(token).toBeString();
      const ended = await azure.disconnect({ userId });
      expectTypeOf(ended.status).toEqualTypeOf<ConnectionInfo["status"]>();
      const info = await azure.getConnection({ userId });
      expectTypeOf(info.status).toEqualTypeOf<ConnectionInfo["status"]>();
      const stub = await azure.connection({ userId });
      expectTypeOf(stub.fetch).returns.resolves.toExtend<{ status: number }>();
    };
    expectTypeOf(used).parameter(0).toEqualTypeOf<Binding>();
  });
});
