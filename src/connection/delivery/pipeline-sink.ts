import { faultWithin } from "../../platform/deadline.ts";
import type { EventPipeline } from "../../platform/env.ts";
import type { ConnectionLine } from "../../platform/log.ts";
import { eventTypes } from "../../contract/connection-event-schema.ts";
import type { ConnectionEvent } from "../../contract/connection-events.ts";
import { retryAt, type FailedDelivery } from "../policy/delivery-policy.ts";
import { deliveryFailed, sendDeadline, type Delivery, type EventSink } from "./sink.ts";

/** Hands every event to the deployment's pipeline, as it is. */
export class PipelineSink implements EventSink {
  readonly name = "pipeline";
  readonly follows = "events";
  readonly types = eventTypes;
  readonly batchSize = 100;
  readonly fingerprint = 0;
  readonly #pipeline: EventPipeline;

  constructor(pipeline: EventPipeline) {
    this.#pipeline = pipeline;
  }

  async send(events: readonly ConnectionEvent[]): Promise<Delivery> {
    const fault = await faultWithin(sendDeadline, this.#pipeline.send([...events]));
    return fault === undefined ? { outcome: "delivered" } : { outcome: "failed", reason: fault };
  }

  retryAt(failed: FailedDelivery): number | null {
    return retryAt(failed);
  }

  failureLine(reason: string): ConnectionLine {
    return deliveryFailed(this.name, reason);
  }
}
