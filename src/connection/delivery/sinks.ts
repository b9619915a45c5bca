import type { PipelineTypes, Webhook } from "../../config/webhooks.ts";
import type { Directory } from "../../directory/directory.ts";
import type { EventPipeline } from "../../platform/env.ts";
import { DirectorySink } from "./directory-sink.ts";
import { PipelineChangeSink, PipelineSink } from "./pipeline-sink.ts";
import type { Sink } from "./sink.ts";
import { WebhookChangeSink, WebhookSink } from "./webhook-sink.ts";

export interface SinksOptions {
  connectionId: string;
  /** Absent: the deployment has none. */
  directory: Directory | undefined;
  webhooks: readonly Webhook[];
  pipeline: EventPipeline | undefined;
  /** What the pipeline gets. */
  pipelineTypes: PipelineTypes;
  fetch: typeof fetch;
  now: () => number;
}

/** Every receiver outside, by the deployment's configuration. */
export const createSinks = ({
  connectionId,
  directory,
  webhooks,
  pipeline,
  pipelineTypes,
  ...outside
}: SinksOptions): Sink[] => {
  const sinks: Sink[] = [
    ...webhooks.flatMap((webhook) => [
      new WebhookSink({ webhook, ...outside }),
      new WebhookChangeSink({ webhook, ...outside }),
    ]),
    ...(pipeline === undefined
      ? []
      : [
          new PipelineSink(pipeline, pipelineTypes),
          new PipelineChangeSink(pipeline, pipelineTypes),
        ]),
  ];
  return [
    new DirectorySink(connectionId, directory),
    // A receiver of changes alone follows no events, and most follow no changes.
    ...sinks.filter((sink) => sink.follows === "state" || sink.types.length > 0),
  ];
};
