import type { DriveItem } from "@microsoft/microsoft-graph-types";
import { AzureError, type Failure } from "../contract/errors.ts";
import { recordOf, textOf } from "../http/json.ts";
import type { PagedItems } from "../http/page.ts";
import type { TransportRequest } from "../http/transport.ts";
import { unexpectedBody } from "../http/upstream-error.ts";
import { orThrow } from "../contract/or-throw.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { chunksOf, type UploadBody } from "./byte-source.ts";
import type { Clock } from "./clock.ts";
import type { MailboxOptions } from "./messages.ts";
import { filePath, itemPath, searchPath, type DrivePlace } from "./drive-path.ts";
import { invalid } from "./path.ts";
import { isExpiredLink, isRedirect, type PreauthenticatedStorage } from "./preauthenticated.ts";
import { listQuery, selected, type ListOptions } from "./query.ts";
import type { GraphSession } from "./session.ts";
import { uploadThroughSession } from "./upload-session.ts";
import type { ItemOptions } from "./users.ts";

export interface DriveOptions extends MailboxOptions {
  /** Id of a drive: a shared library. Default: the user's own OneDrive. */
  drive?: string | undefined;
}

export type FileListOptions = ListOptions & DriveOptions;
export type FileOptions = ItemOptions & DriveOptions;

export interface DownloadOptions extends DriveOptions {
  /** An HTTP Range: `bytes=0-1023`. */
  range?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface UploadOptions extends DriveOptions {
  contentType?: string | undefined;
  /** What to do where the name is taken. Default `replace`. */
  conflictBehavior?: "replace" | "rename" | "fail" | undefined;
  /** Bytes per chunk of a large file, rounded down to 320 KiB and kept below 60 MiB. Default 10 MiB. */
  chunkSize?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** Up to here a file goes in one request, which is kept in memory to be repeatable. */
const smallFileBytes = 4 * 1024 * 1024;
const chunkUnit = 320 * 1024;
const maxChunkBytes = 60 * 1024 * 1024 - chunkUnit;
const defaultChunkBytes = 10 * 1024 * 1024;

/** Files of a drive, by path from its root. Every method throws `AzureError`. */
export class Files {
  readonly #session: GraphSession;
  readonly #storage: PreauthenticatedStorage;
  readonly #clock: Clock;

  constructor(session: GraphSession, storage: PreauthenticatedStorage, clock: Clock) {
    this.#session = session;
    this.#storage = storage;
    this.#clock = clock;
  }

  /** What is in a folder; the root by default. */
  list(path = "", options: FileListOptions = {}): PagedItems<DriveItem> {
    return this.#session.list(() => ({
      path: orThrow(itemPath(path, this.#owned(options), "/children")),
      query: orThrow(listQuery(options)),
      signal: options.signal,
    }));
  }

  async stat(path: string, options: FileOptions = {}): Promise<DriveItem> {
    return orThrow(
      await this.#session.json<DriveItem>({
        path: orThrow(itemPath(path, this.#owned(options))),
        query: { $select: selected(options.select) },
        signal: options.signal,
      }),
    );
  }

  /** What is anywhere in the drive, by the words of its name and content. */
  search(query: string, options: FileListOptions = {}): PagedItems<DriveItem> {
    return this.#session.list(() => ({
      path: orThrow(searchPath(query, this.#owned(options))),
      query: orThrow(listQuery(options)),
      signal: options.signal,
    }));
  }

  /** Deletes a file, or a folder with all that is in it; both go to the recycle bin. */
  async delete(path: string, options: FileOptions = {}): Promise<void> {
    const target = orThrow(filePath(path, this.#owned(options)));
    const { signal } = options;
    const answer = orThrow(await this.#session.send({ method: "DELETE", path: target, signal }));
    if (!answer.ok) throw new AzureError(unexpectedBody(true));
  }

  /** A file's bytes as a streaming answer, 200 or, for a range, 206. */
  async download(path: string, options: DownloadOptions = {}): Promise<Response> {
    const request = {
      headers: options.range === undefined ? {} : { range: options.range },
      signal: options.signal,
    };
    const content = orThrow(itemPath(path, this.#owned(options), "/content"));
    const first = await this.#content(content, request);
    // A link that has expired on its way is given out anew, once.
    const again = !first.ok && isExpiredLink(first.error);
    return orThrow(again ? await this.#content(content, request) : first);
  }

  #owned({ drive, user }: DriveOptions): DrivePlace {
    return { drive, user: user ?? this.#session.user };
  }

  async #content(
    path: string,
    request: Pick<TransportRequest, "headers" | "signal">,
  ): Promise<Result<Response, Failure>> {
    const headers = { accept: "*/*", ...request.headers };
    const answer = await this.#session.send({ ...request, path, headers });
    if (!answer.ok || !isRedirect(answer.value.status)) return answer;
    // Without a connection in between, Graph's redirect to the storage arrives here.
    void answer.value.body?.cancel().catch(() => undefined);
    return this.#storage.download(answer.value.headers.get("location"), request);
  }

  /**
   * Creates or replaces a file: at once up to 4 MiB, above that through an upload session that
   * survives lost chunks.
   *
   * @param size bytes in `body`; a body of another size is `invalid_request`
   */
  async upload(
    path: string,
    body: UploadBody,
    size: number,
    options: UploadOptions = {},
  ): Promise<DriveItem> {
    if (!Number.isSafeInteger(size) || size < 0) {
      throw new AzureError(invalid("size", '"size" must be a number of bytes.'));
    }
    return orThrow(
      size > smallFileBytes
        ? await this.#uploadLarge(path, body, size, options)
        : await this.#uploadSmall(path, body, size, options),
    );
  }

  async #uploadSmall(
    path: string,
    body: UploadBody,
    size: number,
    options: UploadOptions,
  ): Promise<Result<DriveItem, Failure>> {
    const target = filePath(path, this.#owned(options), "/content");
    if (!target.ok) return target;
    const bytes = await wholeBody(body, size);
    if (!bytes.ok) return bytes;
    const conflictBehavior = options.conflictBehavior ?? "replace";
    return this.#session.json<DriveItem>({
      method: "PUT",
      path: target.value,
      query: { "@microsoft.graph.conflictBehavior": conflictBehavior },
      headers: { "content-type": options.contentType ?? "application/octet-stream" },
      body: bytes.value,
      // A second `rename` is a second file, a second `fail` fails because of the first.
      idempotent: conflictBehavior === "replace",
      signal: options.signal,
    });
  }

  async #uploadLarge(
    path: string,
    body: UploadBody,
    size: number,
    options: UploadOptions,
  ): Promise<Result<DriveItem, Failure>> {
    const target = filePath(path, this.#owned(options), "/createUploadSession");
    if (!target.ok) return target;
    const chunkSize = wholeUnits(options.chunkSize ?? defaultChunkBytes);
    if (!chunkSize.ok) return chunkSize;
    const conflictBehavior = options.conflictBehavior ?? "replace";
    const created = await this.#session.sendJson<unknown>({
      method: "POST",
      path: target.value,
      json: { item: { "@microsoft.graph.conflictBehavior": conflictBehavior } },
      // A session without writes expires and leaves nothing.
      idempotent: true,
      signal: options.signal,
    });
    if (!created.ok) return created;
    const { body: session, response } = created.value;
    const uploadUrl = textOf(recordOf(session)["uploadUrl"]) ?? "";
    return uploadThroughSession({
      storage: this.#storage,
      clock: this.#clock,
      uploadUrl,
      body,
      size,
      chunkSize: chunkSize.value,
      findFinished: () => this.#finishedSince(response.headers.get("date"), path, size, options),
      signal: options.signal,
    });
  }

  /** The item, if it has the right size and changed after the session began, by Graph's clock. */
  async #finishedSince(
    began: string | null,
    path: string,
    size: number,
    { drive, user, conflictBehavior, signal }: UploadOptions,
  ): Promise<DriveItem | undefined> {
    const now = this.#clock.now();
    const since = timeNear(now, began);
    const target = filePath(path, this.#owned({ drive, user }));
    // A renamed file has a name that only the lost answer held.
    if (!target.ok || since === undefined || conflictBehavior === "rename") return undefined;
    const item = await this.#session.json<DriveItem>({ path: target.value, signal });
    if (!item.ok || item.value.size !== size) return undefined;
    const changed = timeNear(now, item.value.lastModifiedDateTime);
    return changed !== undefined && changed >= since ? item.value : undefined;
  }
}

const dayMs = 86_400_000;

/** A time that a service gives, if it lies within a day of now: another clock is no measure. */
function timeNear(now: number, given: unknown): number | undefined {
  const time = typeof given === "string" ? Date.parse(given) : Number.NaN;
  return Math.abs(time - now) <= dayMs ? time : undefined;
}

async function wholeBody(
  body: UploadBody,
  size: number,
): Promise<Result<Uint8Array<ArrayBuffer>, Failure>> {
  const wrong = err(invalid("size", '"size" is not the number of bytes in the body.'));
  let whole = new Uint8Array(0);
  // One byte more than expected is enough to see that there is too much.
  for await (const chunk of chunksOf(body, size + 1)) {
    if (chunk.length > size) return wrong;
    whole = chunk;
  }
  return whole.length === size ? ok(whole) : wrong;
}

function wholeUnits(chunkSize: number): Result<number, Failure> {
  const units = Math.floor(Math.min(chunkSize, maxChunkBytes) / chunkUnit);
  return units >= 1
    ? ok(units * chunkUnit)
    : err(invalid("chunkSize", '"chunkSize" must be at least 320 KiB (327,680 bytes).'));
}
