import type { EventPipeline } from "../../platform/env.ts";
import type { Webhook } from "../../config/webhooks.ts";
import type { EventSink } from "./event-sink.ts";
import { PipelineSink } from "./pipeline-sink.ts";
import { WebhookSink } from "./webhook-sink.ts";

export interface EventSinksOptions {
  webhooks: readonly Webhook[];
  pipeline: EventPipeline | undefined;
  fetch: typeof fetch;
  now: () => number;
}

/** All who are told of events, by the deployment's configuration. */
export const eventSinks = ({ webhooks, pipeline, ...outside }: EventSinksOptions): EventSink[] => [
  ...webhooks.map((webhook) => new WebhookSink({ webhook, ...outside })),
  ...(pipeline === undefined ? [] : [new PipelineSink(pipeline)]),
];
