import type { Webhook } from "../../config/webhooks.ts";
import type { Directory } from "../../directory/directory.ts";
import type { EventPipeline } from "../../platform/env.ts";
import { DirectorySink } from "./directory-sink.ts";
import { PipelineSink } from "./pipeline-sink.ts";
import type { Sink } from "./sink.ts";
import { WebhookSink } from "./webhook-sink.ts";

export interface SinksOptions {
  connectionId: string;
  /** Absent: the deployment has none. */
  directory: Directory | undefined;
  webhooks: readonly Webhook[];
  pipeline: EventPipeline | undefined;
  fetch: typeof fetch;
  now: () => number;
}

/** Every receiver outside, by the deployment's configuration. */
export const createSinks = ({
  connectionId,
  directory,
  webhooks,
  pipeline,
  ...outside
}: SinksOptions): Sink[] => [
  new DirectorySink(connectionId, directory),
  ...webhooks.map((webhook) => new WebhookSink({ webhook, ...outside })),
  ...(pipeline === undefined ? [] : [new PipelineSink(pipeline)]),
];
