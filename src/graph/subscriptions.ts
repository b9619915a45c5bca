import { failure, ownErrorHeader, type Failure } from "../contract/errors.ts";
import { defined } from "../contract/defined.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { textUntil } from "../http/bounded-text.ts";
import { isRecord, parseJsonObject, recordOf, textOf } from "../http/json.ts";
import { readListBody } from "../http/page.ts";
import { upstreamFailure } from "../http/upstream-error.ts";
import { graphPath } from "./path.ts";
import type { GraphCall, GraphSession } from "./session.ts";

/** What is asked of Graph for a change-notification subscription. */
export interface SubscriptionRequest {
  /** `created`, `updated`, `deleted`. */
  changeTypes: readonly string[];
  notificationUrl: string;
  /** Only at creation can Graph be told of it. */
  lifecycleNotificationUrl: string;
  /** With its `$select`, if it has one. */
  resource: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
  /** At most 128 characters; every notification repeats it. */
  clientState: string;
  /** Notifications bring the item, encrypted for this certificate. */
  encryption?: SubscriptionEncryption | undefined;
}

/** A certificate for whose key Graph encrypts items. */
export interface SubscriptionEncryption {
  /** Base64 of its DER. */
  certificate: string;
  /** At most 128 characters; every notification repeats it. */
  id: string;
}

/** What Graph says of a subscription. What it says in a form that cannot be read is left out. */
export interface GraphSubscription {
  id: string;
  notificationUrl?: string;
  /** As Graph writes it. */
  expirationDateTime?: string;
}

/** How Graph took a request about one subscription. */
export type SubscriptionAnswer =
  | { kind: "kept"; subscription: GraphSubscription }
  /** One of the same application, resource and change types is there. */
  | { kind: "duplicate"; reason: Failure }
  /** It is not there any more. */
  | { kind: "gone"; reason: Failure }
  /** The notification address did not answer Graph as it should: it may, later. */
  | { kind: "unvalidated"; reason: Failure }
  /** Graph takes it in no form like this one. */
  | { kind: "invalid"; reason: Failure }
  /** There are too many subscriptions already. */
  | { kind: "quota"; reason: Failure }
  /** The account, or what it consented to, does not allow it. */
  | { kind: "forbidden"; reason: Failure }
  /** Anything else: no answer, a busy service, or an error of the connection itself. */
  | { kind: "failed"; reason: Failure };

/** Graph's codes for an address it could not validate; the older one has nothing but its sentence. */
const validationCode = /^ValidationError$/i;
const validationText = /validation request|notification endpoint|notificationurl.*respond/i;
const quotaText =
  /quota|limit (?:has been |was )?(?:reached|exceeded)|exceed\w*[^.]*\blimit|too many/i;

/** Change-notification subscriptions of Graph. Nothing is repeated here: who asks knows when to ask again. */
export class Subscriptions {
  readonly #session: GraphSession;
  readonly #now: () => number;
  readonly #bodyWaitMs: number;

  /**
   * @param now milliseconds since the epoch
   * @param bodyWaitMs what the body of an answer may take: what has come by then is read. Default 10 000
   */
  constructor(session: GraphSession, now: () => number, bodyWaitMs = 10_000) {
    this.#session = session;
    this.#now = now;
    this.#bodyWaitMs = bodyWaitMs;
  }

  create(request: SubscriptionRequest): Promise<SubscriptionAnswer> {
    const { encryption } = request;
    return this.#ask({
      method: "POST",
      path: "/subscriptions",
      json: {
        changeType: request.changeTypes.join(","),
        notificationUrl: request.notificationUrl,
        lifecycleNotificationUrl: request.lifecycleNotificationUrl,
        resource: request.resource,
        expirationDateTime: new Date(request.expiresAt).toISOString(),
        clientState: request.clientState,
        ...(encryption !== undefined && {
          includeResourceData: true,
          ...certificateOf(encryption),
        }),
      },
    });
  }

  /**
   * Prolongs it, and lets its owner's token be looked at anew: one PATCH is both.
   *
   * @param encryption from now on items are encrypted for this certificate; default: as before
   */
  renew(
    id: string,
    expiresAt: number,
    encryption?: SubscriptionEncryption,
  ): Promise<SubscriptionAnswer> {
    return this.#askOf(id, {
      method: "PATCH",
      json: {
        expirationDateTime: new Date(expiresAt).toISOString(),
        ...(encryption !== undefined && certificateOf(encryption)),
      },
    });
  }

  get(id: string): Promise<SubscriptionAnswer> {
    return this.#askOf(id, {});
  }

  /** @returns whether it is gone; a failure says that it may still be there */
  async remove(id: string): Promise<Result<void, Failure>> {
    const path = graphPath("/subscriptions/{id}", { id });
    if (!path.ok) return path;
    const accept = [404, 410];
    const answer = await this.#session.send({ method: "DELETE", path: path.value, accept });
    if (!answer.ok) return answer;
    const { headers } = answer.value;
    if (headers.has(ownErrorHeader)) return err(await this.#reasonOf(answer.value, true));
    void answer.value.body?.cancel().catch(() => undefined);
    return ok(undefined);
  }

  /** Those that this application made for this account. Graph shows no `clientState` here. */
  async list(): Promise<Result<GraphSubscription[], Failure>> {
    const found: GraphSubscription[] = [];
    let link: string | undefined;
    // Graph keeps at most a thousand of one account; a list that goes on beyond this does not end.
    for (let page = 0; page < 50; page += 1) {
      const answer =
        link === undefined
          ? await this.#session.sendJson<unknown>({ path: "/subscriptions" })
          : await this.#session.follow<unknown>(link);
      if (!answer.ok) return answer;
      const { endpoint } = this.#session;
      const read = readListBody<unknown>(endpoint, answer.value.body, "@odata.nextLink");
      if (!read.ok) return read;
      found.push(...read.value.items.flatMap((item) => subscriptionIn(item) ?? []));
      link = read.value.nextLink;
      if (link === undefined) return ok(found);
    }
    return err(
      failure("upstream_error", "Microsoft's list of subscriptions does not end.", {
        details: { reason: "repeated_link" },
      }),
    );
  }

  async #askOf(id: string, call: Omit<GraphCall, "path">): Promise<SubscriptionAnswer> {
    const path = graphPath("/subscriptions/{id}", { id });
    if (!path.ok) return { kind: "failed", reason: path.error };
    const answer = await this.#ask({ ...call, path: path.value });
    // What is said of another one says nothing of this one.
    return answer.kind === "kept" && answer.subscription.id.toLowerCase() !== id.toLowerCase()
      ? { kind: "failed", reason: noSubscription(call.method !== undefined) }
      : answer;
  }

  async #ask(call: GraphCall): Promise<SubscriptionAnswer> {
    const accept = [400, 403, 404, 409, 410];
    const write = call.method !== undefined;
    const answer = await this.#session.send({ ...call, accept });
    if (!answer.ok) return { kind: "failed", reason: answer.error };
    const response = answer.value;
    if (response.status >= 400) return this.#refusal(response, write);
    const subscription = subscriptionIn(parseJsonObject(await this.#textOf(response)));
    if (subscription !== undefined) return { kind: "kept", subscription };
    return { kind: "failed", reason: noSubscription(write) };
  }

  async #refusal(response: Response, write: boolean): Promise<SubscriptionAnswer> {
    const own = response.headers.has(ownErrorHeader);
    const text = await this.#textOf(response);
    const copy = new Response(text, response);
    const reason = await this.#reasonOf(copy, write);
    if (own) return { kind: "failed", reason };
    const error = recordOf(parseJsonObject(text)?.["error"]);
    const [code, message] = [textOf(error["code"]) ?? "", textOf(error["message"]) ?? ""];
    switch (response.status) {
      case 404:
      case 410:
        return { kind: "gone", reason };
      case 409:
        return { kind: "duplicate", reason };
      case 403:
        return { kind: quotaText.test(`${code} ${message}`) ? "quota" : "forbidden", reason };
      default:
        return {
          kind:
            validationCode.test(code) || validationText.test(message) ? "unvalidated" : "invalid",
          reason,
        };
    }
  }

  async #textOf(response: Response): Promise<string> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), this.#bodyWaitMs);
    const text = await textUntil(late.signal, response);
    clearTimeout(timer);
    return text;
  }

  #reasonOf(response: Response, write: boolean): Promise<Failure> {
    return upstreamFailure(response, { now: this.#now(), write });
  }
}

const noSubscription = (write: boolean): Failure =>
  failure("upstream_error", "Microsoft answered with something else than a subscription.", {
    details: { reason: "unexpected_body", ...(write && { outcome: "unknown" as const }) },
  });

const certificateOf = ({ certificate, id }: SubscriptionEncryption) => ({
  encryptionCertificate: certificate,
  encryptionCertificateId: id,
});

/** One odd property does not void its siblings; without an id there is nothing to keep. */
function subscriptionIn(item: unknown): GraphSubscription | undefined {
  if (!isRecord(item)) return undefined;
  const id = textOf(item["id"]);
  if (id === undefined || id === "" || id.length > 128) return undefined;
  return {
    id,
    ...defined({
      notificationUrl: textOf(item["notificationUrl"]),
      expirationDateTime: textOf(item["expirationDateTime"]),
    }),
  };
}
