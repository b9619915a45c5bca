/** Microsoft Graph for sibling Workers, servers and our own routes. */
export { AzureError } from "../contract/errors.ts";
export type { Page, PagedItems, PageSettings } from "../http/page.ts";
export type { FetchFunction, Fetcher } from "../http/transport.ts";
export type { BatchOptions } from "./batch.ts";
export type { BatchRequest, BatchResponse } from "../contract/batch.ts";
export type { UploadBody } from "./byte-source.ts";
export type {
  Calendar,
  CalendarOptions,
  CalendarViewOptions,
  CreateEventOptions,
  EventListOptions,
  EventOptions,
} from "./calendar.ts";
export { GraphClient, type GraphClientOptions } from "./client.ts";
export type { ContactListOptions, Contacts } from "./contacts.ts";
export type { DeltaOptions, DeltaPage, DeltaResync, DeltaStep, Removal } from "./delta.ts";
export type {
  DownloadOptions,
  DriveOptions,
  FileListOptions,
  FileOptions,
  Files,
  UploadOptions,
} from "./files.ts";
export { laneOf } from "./lane.ts";
export type {
  DraftOptions,
  ForwardOptions,
  MailboxOptions,
  MailFolderListOptions,
  MessageListOptions,
  MessageOptions,
  Messages,
  OutgoingAttachment,
  ReplyOptions,
  SendMessage,
} from "./messages.ts";
export type { ListOptions, Query } from "./query.ts";
export type { GraphCall, GraphList, GraphVersion } from "./session.ts";
export type { ItemOptions, UserListOptions, Users } from "./users.ts";
