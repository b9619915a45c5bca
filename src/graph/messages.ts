import type { MailFolder, Message } from "@microsoft/microsoft-graph-types";
import { AzureError, failure, type Failure } from "../contract/errors.ts";
import { writeJson } from "../http/json.ts";
import type { PagedItems } from "../http/page.ts";
import { unexpectedBody } from "../http/upstream-error.ts";
import { orThrow } from "../contract/or-throw.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { base64 } from "./base64.ts";
import { ownerPath } from "./path.ts";
import { listQuery, preferHeader, selected, type ListOptions, type Preferences } from "./query.ts";
import type { GraphSession } from "./session.ts";
import type { ItemOptions } from "./users.ts";

export interface MailboxOptions {
  /** Another user's mailbox, by id or principal name: shared mailboxes, app-only connections. */
  user?: string | undefined;
}

type MessagePreferences = Pick<Preferences, "bodyType" | "immutableIds">;

export interface MessageListOptions extends ListOptions, MailboxOptions, MessagePreferences {
  /** Id or well-known name (`inbox`, `sentitems`). Default: all folders. */
  folder?: string | undefined;
}

export interface MailFolderListOptions extends ListOptions, MailboxOptions {
  /** Id or well-known name of the folder above. Default: the top of the mailbox. */
  folder?: string | undefined;
}

export interface ReplyOptions extends MailboxOptions {
  /** Text above the message. Default none. */
  comment?: string | undefined;
  /** To everybody it was sent to. Default: to its sender alone. */
  all?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

export interface ForwardOptions extends MailboxOptions {
  /** E-mail addresses. */
  to: readonly string[];
  /** Text above the message. Default none. */
  comment?: string | undefined;
  signal?: AbortSignal | undefined;
}

export type MessageOptions = ItemOptions & MailboxOptions & MessagePreferences;

export interface OutgoingAttachment {
  name: string;
  contentType?: string | undefined;
  /** The bytes, or their base64. */
  content: Uint8Array | string;
}

export interface SendMessage extends MailboxOptions {
  message: Message;
  attachments?: readonly OutgoingAttachment[] | undefined;
  /** Default true. */
  saveToSentItems?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

export interface DraftOptions extends MailboxOptions {
  signal?: AbortSignal | undefined;
}

/** Graph refuses requests beyond 4 MB; larger attachments need a draft and an upload session. */
const maxRequestCharacters = 4_000_000;

/** Mail. Every method throws `AzureError`. */
export class Messages {
  readonly #session: GraphSession;

  constructor(session: GraphSession) {
    this.#session = session;
  }

  /** Messages, newest first, in pages of 10 by default and of 1000 at most. */
  list(options: MessageListOptions = {}): PagedItems<Message> {
    const { user, folder, signal } = options;
    return this.#session.list(() => ({
      path: orThrow(
        folder === undefined
          ? ownerPath(user ?? this.#session.user, "/messages")
          : ownerPath(user ?? this.#session.user, "/mailFolders/{folder}/messages", { folder }),
      ),
      query: orThrow(listQuery(options)),
      headers: orThrow(preferHeader(mailPreferences(options))),
      signal,
    }));
  }

  /** Folders of the mailbox, or those in one of them, in pages of 10 by default. */
  folders(options: MailFolderListOptions = {}): PagedItems<MailFolder> {
    const { user, folder, signal } = options;
    return this.#session.list(() => ({
      path: orThrow(
        folder === undefined
          ? ownerPath(user ?? this.#session.user, "/mailFolders")
          : ownerPath(user ?? this.#session.user, "/mailFolders/{folder}/childFolders", { folder }),
      ),
      query: orThrow(listQuery(options)),
      signal,
    }));
  }

  async get(id: string, options: MessageOptions = {}): Promise<Message> {
    return orThrow(
      await this.#session.json<Message>({
        path: orThrow(ownerPath(options.user ?? this.#session.user, "/messages/{id}", { id })),
        query: { $select: selected(options.select) },
        headers: orThrow(preferHeader(mailPreferences(options))),
        signal: options.signal,
      }),
    );
  }

  /**
   * Hands a message over for sending; Graph answers before it is sent. Never repeated after a lost
   * answer: then the error says `details.outcome: "unknown"`.
   *
   * @throws AzureError `payload_too_large` beyond Graph's 4 MB, attachments as base64 included
   */
  async send({ message, attachments = [], saveToSentItems = true, user, signal }: SendMessage) {
    const files = attachments.map((attachment) => fileAttachment(attachment));
    const whole = {
      ...message,
      ...(files.length === 0 ? {} : { attachments: [...(message.attachments ?? []), ...files] }),
    };
    const body = orThrow(writeJson({ message: whole, saveToSentItems }, "message"));
    const answer = orThrow(
      await this.#session.send({
        method: "POST",
        path: orThrow(ownerPath(user ?? this.#session.user, "/sendMail")),
        headers: { "content-type": "application/json" },
        body: orThrow(bounded(body)),
        signal,
      }),
    );
    // A redirect has accepted nothing.
    if (!answer.ok) throw new AzureError(unexpectedBody(true));
  }

  /** Writes a draft into the folder of drafts. Never repeated after a lost answer. */
  async createDraft(message: Message, options: DraftOptions = {}): Promise<Message> {
    const body = orThrow(writeJson(message, "message"));
    return orThrow(
      await this.#session.json<Message>({
        method: "POST",
        path: orThrow(ownerPath(options.user ?? this.#session.user, "/messages")),
        headers: { "content-type": "application/json" },
        body: orThrow(bounded(body)),
        signal: options.signal,
      }),
    );
  }

  /** Hands a draft over for sending, as {@link send} does a message. */
  async sendDraft(id: string, options: DraftOptions = {}): Promise<void> {
    await this.#act(id, "send", undefined, options);
  }

  /** Answers a message, as {@link send} sends one. */
  async reply(id: string, { comment, all = false, ...options }: ReplyOptions = {}): Promise<void> {
    await this.#act(id, all ? "replyAll" : "reply", { comment: comment ?? "" }, options);
  }

  /** Sends a message on with its attachments, as {@link send} sends one. */
  async forward(id: string, { to, comment, ...options }: ForwardOptions): Promise<void> {
    const toRecipients = to.map((address) => ({ emailAddress: { address } }));
    await this.#act(id, "forward", { comment: comment ?? "", toRecipients }, options);
  }

  /** Does something with a message that Graph accepts without a body. */
  async #act(
    id: string,
    action: string,
    json: unknown,
    { user, signal }: DraftOptions,
  ): Promise<void> {
    const answer = orThrow(
      await this.#session.send({
        method: "POST",
        path: orThrow(ownerPath(user ?? this.#session.user, `/messages/{id}/${action}`, { id })),
        json,
        signal,
      }),
    );
    // A redirect has accepted nothing.
    if (!answer.ok) throw new AzureError(unexpectedBody(true));
  }
}

const mailPreferences = ({ bodyType, immutableIds }: MessagePreferences): Preferences => ({
  bodyType,
  immutableIds,
});

const fileAttachment = ({ name, contentType, content }: OutgoingAttachment) => ({
  "@odata.type": "#microsoft.graph.fileAttachment",
  name,
  contentType: contentType ?? "application/octet-stream",
  contentBytes: typeof content === "string" ? content : base64(content),
});

const bounded = (body: string): Result<string, Failure> =>
  body.length <= maxRequestCharacters
    ? ok(body)
    : err(
        failure("payload_too_large", "The message with its attachments exceeds Graph's 4 MB.", {
          details: { field: "attachments" },
        }),
      );
