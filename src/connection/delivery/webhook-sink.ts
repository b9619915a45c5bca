import { defined } from "../../contract/defined.ts";
import { Webhook as Signer } from "standardwebhooks";
import { longestWait, retryAfterSeconds } from "../../http/retry-after.ts";
import type { Webhook } from "../../config/webhooks.ts";
import type { ConnectionEvent } from "../../contract/connection-events.ts";
import type { Change } from "../../contract/watch.ts";
import type { ConnectionLine } from "../../platform/log.ts";
import { retryAt, type FailedDelivery } from "../policy/delivery-policy.ts";
import { changesPrefix } from "../tables/outbox.ts";
import {
  deliveryFailed,
  sendDeadline,
  type ChangeSink,
  type Delivery,
  type EventSink,
} from "./sink.ts";
import { spreadOf } from "../policy/renewal-policy.ts";

export interface WebhookSinkOptions {
  webhook: Webhook;
  fetch: typeof fetch;
  now: () => number;
}

/** Posts one thing at a time, signed by the rules of Standard Webhooks. */
class WebhookPost {
  readonly name: string;
  readonly batchSize = 1;
  readonly fingerprint: number;
  readonly #options: WebhookSinkOptions;
  readonly #signers: readonly Signer[];

  constructor(options: WebhookSinkOptions, prefix = "") {
    const { id, url, secrets } = options.webhook;
    this.name = `${prefix}webhook:${id}`;
    this.fingerprint = spreadOf([url, ...secrets].join(" "));
    this.#options = options;
    this.#signers = secrets.map((secret) => new Signer(secret, { format: "raw" }));
  }

  /** @param item absent: there is nothing to send */
  protected async post(item: { id: string } | undefined): Promise<Delivery> {
    if (item === undefined) return { outcome: "delivered" };
    const { webhook, fetch, now } = this.#options;
    const body = JSON.stringify(item);
    const at = new Date(now());
    try {
      const answer = await fetch(webhook.url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "user-agent": "azure-integration-worker",
          // One id at every attempt: the receiver recognises a repetition by it.
          "webhook-id": item.id,
          "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
          "webhook-signature": this.#signers
            .map((signer) => signer.sign(item.id, at, body))
            .join(" "),
        },
        body,
        // A redirect could send it anywhere.
        redirect: "manual",
        signal: AbortSignal.timeout(sendDeadline),
      });
      void answer.body?.cancel().catch(() => undefined);
      return deliveryOf(answer, now());
    } catch (error) {
      const late = error instanceof Error && error.name === "TimeoutError";
      return { outcome: "failed", reason: late ? "timeout" : "network" };
    }
  }

  retryAt(failed: FailedDelivery): number | null {
    return retryAt(failed);
  }

  failureLine(reason: string): ConnectionLine {
    return deliveryFailed(this.name, reason);
  }
}

/** The events of a connection, to one webhook. */
export class WebhookSink extends WebhookPost implements EventSink {
  readonly follows = "events";
  readonly types: EventSink["types"];

  constructor(options: WebhookSinkOptions) {
    super(options);
    this.types = options.webhook.types;
  }

  send([event]: readonly ConnectionEvent[]): Promise<Delivery> {
    return this.post(event);
  }
}

/** The changes that its watches report, to one webhook. */
export class WebhookChangeSink extends WebhookPost implements ChangeSink {
  readonly follows = "changes";
  readonly types: ChangeSink["types"];

  constructor(options: WebhookSinkOptions) {
    super(options, changesPrefix);
    this.types = options.webhook.changeTypes;
  }

  send([change]: readonly Change[]): Promise<Delivery> {
    return this.post(change);
  }
}

function deliveryOf({ ok, status, headers }: Response, now: number): Delivery {
  if (ok) return { outcome: "delivered" };
  if (status === 410) return { outcome: "gone" };
  const wait = retryAfterSeconds(headers, now, longestWait.webhook);
  return {
    outcome: "failed",
    reason: `http_${status}`,
    ...defined({ retryAfterSeconds: wait }),
  };
}
