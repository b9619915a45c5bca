import type { Contact, DriveItem, Event, Message, User } from "@microsoft/microsoft-graph-types";
import { describe, expect, expectTypeOf, test } from "vitest";
import * as graph from "../../../src/graph/index.ts";
import { exportsOf, unmentionedIn } from "../../support/entry-point.ts";

/** The entry point for Graph, as a program that imports it sees its types. */

const { AzureError, GraphClient, laneOf } = graph;
type Client = InstanceType<typeof GraphClient>;

test("every export is named in this file", () => {
  const { values, types } = exportsOf("src/graph/index.ts");
  expect(Object.keys(graph).toSorted()).toEqual(values);
  expect(unmentionedIn("test/unit/types/graph.test.ts", [...values, ...types])).toEqual([]);
});

describe("the client", () => {
  test("is made of anything with a fetch", () => {
    expectTypeOf(GraphClient).constructorParameters.toEqualTypeOf<
      [fetcher: graph.Fetcher, options?: graph.GraphClientOptions | undefined]
    >();
    expectTypeOf(GraphClient).toBeConstructibleWith({ fetch: async () => new Response() });
    expectTypeOf<graph.FetchFunction>().returns.toEqualTypeOf<Promise<Response>>();
    expectTypeOf<graph.FetchFunction>().toExtend<graph.Fetcher["fetch"]>();
  });

  test("lists Microsoft's own types, page by page", () => {
    expectTypeOf<ReturnType<Client["users"]["list"]>>().toEqualTypeOf<graph.PagedItems<User>>();
    expectTypeOf<ReturnType<Client["messages"]["list"]>>().toEqualTypeOf<
      graph.PagedItems<Message>
    >();
    expectTypeOf<ReturnType<Client["calendar"]["events"]>>().toEqualTypeOf<
      graph.PagedItems<Event>
    >();
    expectTypeOf<ReturnType<Client["contacts"]["list"]>>().toEqualTypeOf<
      graph.PagedItems<Contact>
    >();
    expectTypeOf<ReturnType<Client["files"]["list"]>>().toEqualTypeOf<
      graph.PagedItems<DriveItem>
    >();
    type Pages = ReturnType<graph.PagedItems<User>["byPage"]>;
    expectTypeOf<Pages>().toExtend<AsyncIterator<graph.Page<User>>>();
    expectTypeOf<Parameters<graph.PagedItems<User>["byPage"]>[0]>().toEqualTypeOf<
      graph.PageSettings | undefined
    >();
  });

  test("has a noun for each part of Graph, with options of its own", () => {
    expectTypeOf<Client["users"]>().toEqualTypeOf<graph.Users>();
    expectTypeOf<Client["messages"]>().toEqualTypeOf<graph.Messages>();
    expectTypeOf<Client["calendar"]>().toEqualTypeOf<graph.Calendar>();
    expectTypeOf<Client["contacts"]>().toEqualTypeOf<graph.Contacts>();
    expectTypeOf<Client["files"]>().toEqualTypeOf<graph.Files>();
    expectTypeOf<Parameters<graph.Users["list"]>[0]>().toEqualTypeOf<
      graph.UserListOptions | undefined
    >();
    expectTypeOf<Parameters<graph.Users["me"]>[0]>().toEqualTypeOf<graph.ItemOptions | undefined>();
    expectTypeOf<Parameters<graph.Messages["list"]>[0]>().toEqualTypeOf<
      graph.MessageListOptions | undefined
    >();
    expectTypeOf<Parameters<graph.Messages["get"]>[1]>().toEqualTypeOf<
      graph.MessageOptions | undefined
    >();
    expectTypeOf<Parameters<graph.Messages["send"]>[0]>().toEqualTypeOf<graph.SendMessage>();
    expectTypeOf<graph.SendMessage>().toExtend<graph.MailboxOptions>();
    expectTypeOf<graph.OutgoingAttachment["content"]>().toEqualTypeOf<Uint8Array | string>();
    expectTypeOf<Parameters<graph.Calendar["events"]>[0]>().toEqualTypeOf<
      graph.EventListOptions | undefined
    >();
    expectTypeOf<graph.EventListOptions>().toExtend<graph.CalendarOptions>();
    expectTypeOf<
      Parameters<graph.Calendar["view"]>[0]
    >().toEqualTypeOf<graph.CalendarViewOptions>();
    expectTypeOf<Parameters<graph.Calendar["create"]>[1]>().toEqualTypeOf<
      graph.CreateEventOptions | undefined
    >();
    expectTypeOf<Parameters<graph.Calendar["update"]>[2]>().toEqualTypeOf<
      graph.EventOptions | undefined
    >();
    expectTypeOf<Parameters<graph.Messages["folders"]>[0]>().toEqualTypeOf<
      graph.MailFolderListOptions | undefined
    >();
    expectTypeOf<Parameters<graph.Messages["reply"]>[1]>().toEqualTypeOf<
      graph.ReplyOptions | undefined
    >();
    expectTypeOf<Parameters<graph.Messages["forward"]>[1]>().toEqualTypeOf<graph.ForwardOptions>();
    expectTypeOf<Parameters<graph.Messages["createDraft"]>[1]>().toEqualTypeOf<
      graph.DraftOptions | undefined
    >();
    expectTypeOf<Parameters<graph.Contacts["list"]>[0]>().toEqualTypeOf<
      graph.ContactListOptions | undefined
    >();
    expectTypeOf<graph.ContactListOptions>().toExtend<graph.ListOptions>();
  });

  test("reads and writes files", () => {
    expectTypeOf<Parameters<graph.Files["list"]>[1]>().toEqualTypeOf<
      graph.FileListOptions | undefined
    >();
    expectTypeOf<Parameters<graph.Files["stat"]>[1]>().toEqualTypeOf<
      graph.FileOptions | undefined
    >();
    expectTypeOf<Parameters<graph.Files["download"]>[1]>().toEqualTypeOf<
      graph.DownloadOptions | undefined
    >();
    expectTypeOf<graph.DownloadOptions>().toExtend<graph.DriveOptions>();
    expectTypeOf<ReturnType<graph.Files["download"]>>().toEqualTypeOf<Promise<Response>>();
    expectTypeOf<Parameters<graph.Files["upload"]>[1]>().toEqualTypeOf<graph.UploadBody>();
    expectTypeOf<Parameters<graph.Files["upload"]>[3]>().toEqualTypeOf<
      graph.UploadOptions | undefined
    >();
    expectTypeOf<ReturnType<graph.Files["upload"]>>().toEqualTypeOf<Promise<DriveItem>>();
  });

  test("sends what has no noun", () => {
    expectTypeOf<Parameters<Client["send"]>[0]>().toEqualTypeOf<graph.GraphCall>();
    expectTypeOf<graph.GraphList>().toHaveProperty("path");
    expectTypeOf<graph.Query>().toExtend<Readonly<Record<string, string | number | undefined>>>();
    expectTypeOf<graph.GraphVersion>().toEqualTypeOf<"v1.0" | "beta">();
    expectTypeOf<Parameters<Client["batch"]>[0]>().toEqualTypeOf<readonly graph.BatchRequest[]>();
    expectTypeOf<Parameters<Client["batch"]>[1]>().toEqualTypeOf<graph.BatchOptions | undefined>();
    expectTypeOf<ReturnType<Client["batch"]>>().toEqualTypeOf<Promise<graph.BatchResponse[]>>();
  });

  test("follows changes until it has to begin anew", () => {
    expectTypeOf<graph.DeltaStep<User>>().toEqualTypeOf<
      graph.DeltaPage<User> | graph.DeltaResync
    >();
    expectTypeOf<graph.DeltaPage<User>["items"]>().toEqualTypeOf<(User & graph.Removal)[]>();
    expectTypeOf<graph.DeltaOptions>().toBeObject();
  });
});

test("a mailbox's lane is named by a URL, and errors are the package's own", () => {
  expectTypeOf(laneOf).returns.toEqualTypeOf<"mailbox" | undefined>();
  expectTypeOf<InstanceType<typeof AzureError>["code"]>().toExtend<string>();
});
