import type { PipelineTypes } from "../../config/webhooks.ts";
import { faultWithin } from "../../platform/deadline.ts";
import type { EventPipeline } from "../../platform/env.ts";
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

/** Hands records to the deployment's pipeline, as they are. */
class PipelineRecords {
  readonly name: string;
  readonly batchSize = 100;
  readonly fingerprint = 0;
  readonly #pipeline: EventPipeline;

  constructor(pipeline: EventPipeline, prefix = "") {
    this.name = `${prefix}pipeline`;
    this.#pipeline = pipeline;
  }

  async send(records: readonly object[]): Promise<Delivery> {
    const fault = await faultWithin(sendDeadline, this.#pipeline.send([...records]));
    return fault === undefined ? { outcome: "delivered" } : { outcome: "failed", reason: fault };
  }

  retryAt(failed: FailedDelivery): number | null {
    return retryAt(failed);
  }

  failureLine(reason: string): ConnectionLine {
    return deliveryFailed(this.name, reason);
  }
}

/** The events of a connection, to the pipeline. */
export class PipelineSink extends PipelineRecords implements EventSink {
  readonly follows = "events";
  readonly types: EventSink["types"];

  constructor(pipeline: EventPipeline, { types }: Pick<PipelineTypes, "types">) {
    super(pipeline);
    this.types = types;
  }
}

/** The changes that its watches report, to the pipeline. */
export class PipelineChangeSink extends PipelineRecords implements ChangeSink {
  readonly follows = "changes";
  readonly types: ChangeSink["types"];

  constructor(pipeline: EventPipeline, { changeTypes }: Pick<PipelineTypes, "changeTypes">) {
    super(pipeline, changesPrefix);
    this.types = changeTypes;
  }
}
