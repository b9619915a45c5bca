import type { DriveItem } from "@microsoft/microsoft-graph-types";
import { failure, withDetails, type Failure } from "../contract/errors.ts";
import { isRecord, recordOf } from "../http/json.ts";
import { defaultBudgetMs, retryWait, type AttemptOutcome } from "../http/retry-policy.ts";
import { abortable } from "../http/transport.ts";
import { unexpectedBody } from "../http/upstream-error.ts";
import { wholeNumber } from "../http/whole-number.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { chunksOf, type UploadBody } from "./byte-source.ts";
import type { Clock } from "./clock.ts";
import { invalid } from "./path.ts";
import type { PreauthenticatedStorage } from "./preauthenticated.ts";

export interface SessionUpload {
  storage: PreauthenticatedStorage;
  /** Its budget counts from the last progress. */
  clock: Clock;
  uploadUrl: string;
  body: UploadBody;
  /** Bytes. */
  size: number;
  /** Bytes, a multiple of 320 KiB. */
  chunkSize: number;
  /** Looks for the finished item where the last answer was lost; undefined when it is not there. */
  findFinished: () => Promise<DriveItem | undefined>;
  signal?: AbortSignal | undefined;
}

/** How far the service has come: the next byte it wants, or the item it made of all of them. */
type Progress = { readonly next: number } | { readonly item: DriveItem };

/** The session is gone: finished, expired or cancelled. */
const goneStatuses = [404, 410] as const;

/**
 * Sends a body through an upload session, one chunk after the other. After a chunk whose answer is
 * lost, or that the service refuses as out of place, the service is asked what it has, and the
 * upload goes on from there. The wait after a failure is the retry policy's.
 *
 * @returns the finished item; `invalid_request` for `size` when the body is of another size, and the
 * failure of a chunk after its budget, `details.outcome` `"unknown"` if that was the last one
 */
export async function uploadThroughSession(
  upload: SessionUpload,
): Promise<Result<DriveItem, Failure>> {
  const { storage, uploadUrl } = upload;
  let result: Result<DriveItem, Failure> | undefined;
  try {
    result = await sendChunks(upload);
    return result;
  } finally {
    // A session left open keeps its bytes for days; one whose end is unknown may be a file already.
    if (!result?.ok && result?.error.details?.outcome !== "unknown") {
      await storage
        .sendJson(uploadUrl, { method: "DELETE", budgetMs: 0, accept: goneStatuses })
        .catch(() => undefined);
    }
  }
}

async function sendChunks(upload: SessionUpload): Promise<Result<DriveItem, Failure>> {
  let position = 0;
  for await (const chunk of chunksOf(upload.body, upload.chunkSize)) {
    if (position + chunk.length > upload.size) return err(wrongSize());
    const sent = await sendChunk(upload, chunk, position);
    if (!sent.ok) return sent;
    position += chunk.length;
    if ("item" in sent.value) {
      return position === upload.size ? ok(sent.value.item) : err(outOfStep());
    }
  }
  return err(position === upload.size ? outOfStep() : wrongSize());
}

/** PUTs for one chunk, however little of it the session takes each time. */
const mostRounds = 100;

async function sendChunk(
  upload: SessionUpload,
  chunk: Uint8Array<ArrayBuffer>,
  position: number,
): Promise<Result<Progress, Failure>> {
  const { clock } = upload;
  const end = position + chunk.length;
  let next = position;
  /** The furthest byte that the session has asked for: only beyond it is there progress. */
  let furthest = position;
  let attempt = 0;
  let began = clock.now();
  for (let round = 1; round <= mostRounds; round += 1) {
    attempt += 1;
    const put = await putRange(upload, chunk.subarray(next - position), next);
    let reached = put;
    if (!put.ok) {
      const again = await waitAfter(upload, put.error, attempt, began);
      reached = again ? await askProgress(upload, put.error, end) : put;
    }
    if (!reached.ok) return err(withOutcome(reached.error, end === upload.size));
    if ("item" in reached.value || reached.value.next === end) return reached;
    // Bytes before this chunk are no longer held, and bytes after it were never sent.
    const { next: expected } = reached.value;
    if (expected < position || expected > end) return err(outOfStep());
    if (expected > furthest) {
      furthest = expected;
      attempt = 0;
      began = clock.now();
    } else if (put.ok) {
      return err(outOfStep());
    }
    next = expected;
  }
  return err(outOfStep());
}

/** A file appears with its last chunk: only when that one was lost may it be there. */
function withOutcome(reason: Failure, last: boolean): Failure {
  const { outcome, ...details } = reason.details ?? {};
  const open = last && (outcome === "unknown" || outcomeOf(reason) !== undefined);
  return withDetails(reason, open ? { ...details, outcome: "unknown" } : details);
}

async function putRange(
  { storage, uploadUrl, size, signal }: SessionUpload,
  bytes: Uint8Array<ArrayBuffer>,
  start: number,
): Promise<Result<Progress, Failure>> {
  const end = start + bytes.length;
  const answer = await storage.sendJson(uploadUrl, {
    method: "PUT",
    headers: {
      "content-range": `bytes ${start}-${end - 1}/${size}`,
      "content-type": "application/octet-stream",
    },
    body: bytes,
    // What to do after a failure is decided here: the service may have the bytes already.
    budgetMs: 0,
    accept: goneStatuses,
    signal,
  });
  if (!answer.ok) return answer;
  const { body, response } = answer.value;
  if (response.status >= 400) return err(lost());
  if (response.status !== 202 && isItem(body)) return ok({ item: body });
  const next = firstExpected(body);
  return next === undefined ? err(unexpectedBody(false)) : ok({ next });
}

/** Asks the session what it has, after a chunk that failed for `reason`. */
async function askProgress(
  upload: SessionUpload,
  reason: Failure,
  end: number,
): Promise<Result<Progress, Failure>> {
  const { storage, uploadUrl, size, signal } = upload;
  const status = await storage.sendJson(uploadUrl, {
    accept: goneStatuses,
    budgetMs: upload.clock.budgetMs,
    signal,
  });
  if (!status.ok) return status;
  const isOpen = status.value.response.status < 400;
  const next = isOpen ? firstExpected(status.value.body) : undefined;
  if (next !== undefined) return ok({ next });
  // The session ends with its file: gone after the last chunk, it is most likely finished.
  const item = end === size ? await upload.findFinished() : undefined;
  if (item !== undefined) return ok({ item });
  if (end < size) return err(isOpen ? unexpectedBody(false) : lost());
  return err(withDetails(reason, { ...reason.details, outcome: "unknown" }));
}

/** Waits as the retry policy says; false when the failure is not to be repeated. */
async function waitAfter(
  { clock, signal }: SessionUpload,
  reason: Failure,
  attempt: number,
  began: number,
): Promise<boolean> {
  const outcome = outcomeOf(reason);
  if (outcome === undefined) return false;
  const waitMs = retryWait({
    attempt,
    idempotent: true,
    outcome,
    retryAfter: reason.retry_after,
    elapsedMs: clock.now() - began,
    budgetMs: clock.budgetMs ?? defaultBudgetMs,
    random: clock.random,
  });
  if (waitMs === undefined) return false;
  await abortable(clock.sleep(waitMs), signal);
  return true;
}

/** A 416 is a range received before, or not the next one: the session knows which. */
const askableStatuses: ReadonlySet<number> = new Set([408, 416, 500, 502, 503, 504]);

/** Answers that say nothing of the chunk; a broken connection has no reason at all. */
const silentReasons: ReadonlySet<string | undefined> = new Set([
  undefined,
  "not_json",
  "unexpected_body",
]);

/** How a chunk failed, for the retry policy; undefined when nothing is to be gained by another. */
function outcomeOf({ details }: Failure): AttemptOutcome | undefined {
  const status = details?.upstream_status;
  if (status === 429) return { status };
  if (status !== undefined) return askableStatuses.has(status) ? { status: 503 } : undefined;
  return silentReasons.has(details?.reason) ? "network_error" : undefined;
}

/** `["26-", "80-99"]`: the first byte the service misses; undefined when one cannot be read. */
function firstExpected(session: unknown): number | undefined {
  const ranges = recordOf(session)["nextExpectedRanges"];
  if (!Array.isArray(ranges) || ranges.length === 0) return undefined;
  const starts = ranges.map((range: unknown) => startOf(range));
  return starts.includes(undefined)
    ? undefined
    : Math.min(...starts.filter((at) => at !== undefined));
}

function startOf(range: unknown): number | undefined {
  const start = typeof range === "string" ? /^(\d+)-\d*$/.exec(range.trim())?.[1] : undefined;
  return wholeNumber(start, { most: Number.MAX_SAFE_INTEGER, round: "down" });
}

const isItem = (body: unknown): body is DriveItem =>
  isRecord(body) && typeof body["id"] === "string" && body["id"] !== "";

const wrongSize = (): Failure => invalid("size", '"size" is not the number of bytes in the body.');

const outOfStep = (): Failure =>
  failure("upstream_error", "Microsoft's upload session expects other bytes than the next ones.", {
    details: { reason: "upload_out_of_step" },
  });

const lost = (): Failure =>
  failure("upstream_error", "Microsoft's upload session ended before the file was complete.", {
    details: { reason: "upload_session_lost" },
  });
