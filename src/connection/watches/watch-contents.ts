import type { Outcome } from "../../contract/connection-rpc.ts";
import { failure, type Failure } from "../../contract/errors.ts";
import { err, ok } from "../../contract/result.ts";
import type { Cloud } from "../../entra/cloud.ts";
import { proveNotifier, type NotificationProof } from "../../entra/notification-token.ts";
import { openContent, readEncryptedContent } from "../../graph/encrypted-content.ts";
import type { JsonRecord } from "../../http/json.ts";
import type { ConnectionState } from "../connection-state.ts";
import type { TokenCipher } from "../tables/token-cipher.ts";
import type { WatchRow } from "../tables/watches.ts";
import type { WatchKeyring } from "./watch-keyring.ts";

/** Milliseconds for one set of Entra's keys, of which there are two: Graph waits for the answer. */
const keysTimeout = 1_000;

/** What a part of a notification brings of its item. */
export type Content =
  | { kind: "none" }
  /** In clear, and as it is kept. */
  | { kind: "opened"; item: JsonRecord; sealed: string }
  /** It cannot be opened; `keyless` where the subscription's own key is lost. */
  | { kind: "unread"; keyless: boolean }
  /** Nothing proves that it is Graph's. */
  | { kind: "forged" };

export interface WatchContentsOptions {
  state: ConnectionState;
  cipher: Pick<TokenCipher, "seal">;
  keyring: Pick<WatchKeyring, "privateKey">;
  cloud: Cloud;
  /** The application that subscribes. */
  clientId: string;
  /** Asks Entra for its keys. */
  fetchKeys: (request: Request) => Promise<Response>;
  now: () => number;
}

/** Opens the items that notifications bring. */
export class WatchContents {
  readonly #options: WatchContentsOptions;

  constructor(options: WatchContentsOptions) {
    this.#options = options;
  }

  /**
   * Opens the items of some parts, one odd one without its siblings.
   *
   * @param tokens the notification's `validationTokens`
   * @returns what each part brings; a failure where Entra's keys cannot be fetched: Graph is to send it
   *   again, since a change that is kept now would be without its item for ever
   */
  async open(
    row: WatchRow,
    parts: readonly JsonRecord[],
    tokens: unknown,
  ): Promise<Outcome<ReadonlyMap<JsonRecord, Content>>> {
    const bringing = row.include_data ? parts.filter(bringsItem) : [];
    if (bringing.length === 0) return ok(new Map());
    const proof = await this.#prove(tokens);
    if (proof === "unavailable") return err(keysUnavailable());
    const contents = await Promise.all(
      bringing.map(async (part): Promise<[JsonRecord, Content]> => [
        part,
        proof === "proven" ? await this.#open(row, part) : { kind: "forged" },
      ]),
    );
    return ok(new Map(contents));
  }

  async #prove(tokens: unknown): Promise<NotificationProof> {
    const { state, cloud, clientId, fetchKeys, now } = this.#options;
    const tenantId = state.exists ? state.grant().tenant_id : null;
    if (tenantId === null) return "refused";
    const asked = { cloud, fetch: fetchKeys, now, timeoutMs: keysTimeout };
    return proveNotifier(tokens, { ...asked, clientId, tenantId });
  }

  async #open(row: WatchRow, part: JsonRecord): Promise<Content> {
    const { keyring, cipher } = this.#options;
    const content = readEncryptedContent(part["encryptedContent"]);
    if (content === undefined) return { kind: "unread", keyless: false };
    const key = await keyring.privateKey(content.certificateId);
    if (key === undefined) {
      return { kind: "unread", keyless: content.certificateId === row.encrypted_for };
    }
    const opened = await openContent(content, key);
    if (!opened.ok) return { kind: "unread", keyless: false };
    const sealed = await cipher.seal("change_data", JSON.stringify(opened.value));
    return { kind: "opened", item: opened.value, sealed };
  }
}

/** Graph has brought null for what is deleted. */
const bringsItem = ({ encryptedContent: content }: JsonRecord): boolean =>
  content !== undefined && content !== null;

const keysUnavailable = (): Failure =>
  failure("upstream_unavailable", "Microsoft's signing keys could not be fetched: send it again.");
