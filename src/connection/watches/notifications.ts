import type { Outcome } from "../../contract/connection-rpc.ts";
import { ok } from "../../contract/result.ts";
import {
  changeKinds,
  type ChangeKind,
  type Notification,
  type NotificationResult,
} from "../../contract/watch.ts";
import { isRecord, parseJsonObject, recordOf, textOf, type JsonRecord } from "../../http/json.ts";
import type { SessionSecret } from "../../platform/keys.ts";
import type { ConnectionState } from "../connection-state.ts";
import type { WatchInput } from "../policy/watch-policy.ts";
import type { NewChange } from "../tables/changes.ts";
import type { WatchRow } from "../tables/watches.ts";
import { storedText, type ChangeIntake } from "./change-intake.ts";
import type { Content, WatchContents } from "./watch-contents.ts";
import { isClientState } from "./watch-address.ts";
import type { WatchTransitions } from "./watch-transitions.ts";

/** Graph's lifecycle words; any other says that something happened that is to be looked into. */
const lifecycleWords: Readonly<Record<string, WatchInput>> = {
  reauthorizationRequired: "reauthorize",
  subscriptionRemoved: "removed",
  missed: "missed",
};

export interface WatchNotificationsOptions {
  connectionId: string;
  state: ConnectionState;
  transitions: WatchTransitions;
  intake: ChangeIntake;
  contents: Pick<WatchContents, "open">;
  sessionSecret: SessionSecret;
  now: () => number;
  /** Something changed that the alarm depends on. */
  rearm: () => void;
  /** Called with what came of each notification. */
  taken: (result: NotificationResult) => void;
}

/** Takes what Graph posts. What comes without the secret of its subscription is dropped. */
export class WatchNotifications {
  readonly #options: WatchNotificationsOptions;

  constructor(options: WatchNotificationsOptions) {
    this.#options = options;
  }

  /**
   * Returns once everything is written that is to be kept, or throws.
   *
   * @returns a failure where nothing was kept, and Graph is to send it again
   */
  async take(notification: Notification): Promise<Outcome<NotificationResult>> {
    const body = recordOf(parseJsonObject(notification.body));
    const parts = partsOf(body);
    const own = await this.#ownParts(notification, parts);
    const contents = await this.#contents(notification, own, body["validationTokens"]);
    if (!contents.ok) return contents;
    const row = this.#row(notification);
    const result =
      row === undefined
        ? { kept: 0, repeated: 0, unread: 0, dropped: Math.max(1, parts.length) }
        : this.#keep(row, own, contents.value, Math.max(1, parts.length));
    this.#options.taken(result);
    return ok(result);
  }

  async #contents(
    notification: Notification,
    own: readonly JsonRecord[],
    tokens: unknown,
  ): Promise<Outcome<Contents>> {
    const row = this.#row(notification);
    return row === undefined ? ok(new Map()) : this.#options.contents.open(row, own, tokens);
  }

  /** The watch, as long as it has the subscription that the notification is of. */
  #row({ watch, incarnation }: Notification): WatchRow | undefined {
    const { state } = this.#options;
    const row = state.exists ? state.watches.read(watch) : undefined;
    return row?.incarnation === incarnation ? row : undefined;
  }

  async #ownParts(
    { watch, incarnation }: Notification,
    parts: readonly JsonRecord[],
  ): Promise<JsonRecord[]> {
    const { sessionSecret, connectionId } = this.#options;
    const address = { connectionId, watch, incarnation };
    // All parts of a notification bring the same text: it is checked once.
    const checked = new Map<string, boolean>();
    const own: JsonRecord[] = [];
    for (const part of parts) {
      const given = textOf(part["clientState"]) ?? "";
      let isOwn = checked.get(given);
      if (isOwn === undefined) {
        isOwn = given.length <= 128 && (await isClientState(sessionSecret, address, given));
        checked.set(given, isOwn);
      }
      if (isOwn) own.push(part);
    }
    return own;
  }

  #keep(
    row: WatchRow,
    own: readonly JsonRecord[],
    contents: Contents,
    total: number,
  ): NotificationResult {
    const { intake } = this.#options;
    const words = own.flatMap((part) => wordIn(part, row) ?? []);
    const changes = own.flatMap((part) => changeIn(part, row, contents.get(part)) ?? []);
    const { added, repeated } =
      changes.length === 0 ? { added: [], repeated: 0 } : intake.keep(changes, itemsOf(contents));
    for (const input of new Set(words)) this.#heed(row.id, input);
    const unread = [...contents.values()].filter(({ kind }) => kind === "unread").length;
    if ([...contents.values()].some(isKeyless)) this.#renewNow(row.id);
    const kept = added.length;
    return { kept, repeated, unread, dropped: total - words.length - changes.length };
  }

  /** The renewal brings another certificate. */
  #renewNow(id: string): void {
    const { state, now, rearm } = this.#options;
    state.watches.update(id, { renew_at: now() });
    rearm();
  }

  #heed(id: string, input: WatchInput): void {
    const { state, transitions, now, rearm } = this.#options;
    const step = transitions.apply(id, input);
    // The alarm does it: Graph waits for the answer to its notification.
    if (step?.work === "renew") this.#renewNow(id);
    if (step?.work === "check") state.watches.update(id, { check_at: now() });
    rearm();
  }
}

type Contents = ReadonlyMap<JsonRecord, Content>;

/** Items in clear, by what is kept of them. */
const itemsOf = (contents: Contents): ReadonlyMap<string, JsonRecord> =>
  new Map(
    [...contents.values()].flatMap((content) =>
      content.kind === "opened" ? [[content.sealed, content.item]] : [],
    ),
  );

const isKeyless = (content: Content): boolean => content.kind === "unread" && content.keyless;

/** The parts of a body; what is no object among them is none. */
function partsOf({ value }: JsonRecord): JsonRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** Null, nothing and what is no text are no word: the part is of a change. */
const lifecycleOf = (part: JsonRecord): string | undefined =>
  textOf(part["lifecycleEvent"]) || undefined;

/** What a lifecycle word says; undefined for changes. */
function wordIn(part: JsonRecord, row: WatchRow): WatchInput | undefined {
  const word = lifecycleOf(part);
  if (word === undefined) return undefined;
  const input = Object.hasOwn(lifecycleWords, word) ? lifecycleWords[word] : undefined;
  const subscription = textOf(part["subscriptionId"]) ?? row.subscription_id;
  // The answer to a creation may have been lost: the end of what it made is not the end of what is there.
  const isOthers = input === "removed" && subscription !== row.subscription_id;
  return input === undefined || isOthers ? "unknown_word" : input;
}

/**
 * The change that a part tells of; undefined for lifecycle words, for what cannot be read, and for what
 * is not proven to be Graph's.
 */
function changeIn(
  part: JsonRecord,
  row: WatchRow,
  content: Content | undefined,
): NewChange | undefined {
  if (lifecycleOf(part) !== undefined || content?.kind === "forged") return undefined;
  const kind = kindOf(part["changeType"]);
  if (kind === undefined) return undefined;
  const item = recordOf(part["resourceData"]);
  const resource = storedText(part["resource"]) ?? row.resource;
  return {
    watch: row.id,
    type: `change.${kind}`,
    resource,
    item: storedText(item["id"]) ?? resource,
    etag: storedText(item["@odata.etag"]) ?? null,
    data: content?.kind === "opened" ? content.sealed : null,
  };
}

/** Graph writes it in lower case, and once in a while not. */
const kindOf = (word: unknown): ChangeKind | undefined =>
  changeKinds.find((kind) => kind === textOf(word)?.toLowerCase());
