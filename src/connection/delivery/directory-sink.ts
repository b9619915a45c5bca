import type { Directory } from "../../directory/directory.ts";
import type { DirectoryEntry } from "../../directory/entry.ts";
import { faultWithin } from "../../platform/deadline.ts";
import { logMisconfigured, type ConnectionLine } from "../../platform/log.ts";
import { traced } from "../../platform/traced.ts";
import type { FailedDelivery } from "../policy/delivery-policy.ts";
import { directoryRetryAt } from "../policy/directory-policy.ts";
import { directorySink } from "../tables/outbox.ts";
import type { Delivery, StateSink } from "./sink.ts";

/** A missing migration is reported to the operator by its name. */
const misconfigured = (error: unknown): never => {
  logMisconfigured(error);
  throw error;
};

/** A write that takes longer counts as failed; should it succeed later, its version fences it. */
const deadline = 10_000;

/** Keeps one connection's row in the directory. Without a directory every write succeeds. */
export class DirectorySink implements StateSink {
  readonly name = directorySink;
  readonly follows = "state";
  readonly fingerprint = 0;
  readonly #connectionId: string;
  readonly #directory: Pick<Directory, "upsert" | "removePending"> | undefined;

  constructor(
    connectionId: string,
    directory: Pick<Directory, "upsert" | "removePending"> | undefined,
  ) {
    this.#connectionId = connectionId;
    this.#directory = directory;
  }

  async send(entry: DirectoryEntry, leaving: boolean): Promise<Delivery> {
    const directory = this.#directory;
    if (directory === undefined) return { outcome: "delivered" };
    const write = () =>
      leaving
        ? directory.removePending(this.#connectionId, entry.version)
        : directory.upsert(entry);
    const fault = await faultWithin(
      deadline,
      traced("directory.write", write).catch(misconfigured),
    );
    return fault === undefined ? { outcome: "delivered" } : { outcome: "failed", reason: fault };
  }

  /** It is never paused: it is what the deployment itself looks at. */
  retryAt({ attempts, ...failed }: FailedDelivery): number {
    return directoryRetryAt(attempts - 1, failed);
  }

  failureLine(reason: string): ConnectionLine {
    return { level: "warn", event: "directory_failed", error_name: reason };
  }
}
