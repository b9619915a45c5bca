import type { StatusCode } from "hono/utils/http-status";
import { err, ok } from "../../../../src/contract/result.ts";
import type { Result } from "../../../../src/contract/result.ts";

/** Every chunk but the last is a multiple of this many bytes. */
export const CHUNK_UNIT = 327_680;
/** A chunk is smaller than this. */
export const CHUNK_LIMIT = 60 * 1024 * 1024;

export interface ChunkRange {
  start: number;
  /** Inclusive. */
  end: number;
  total: number;
}

export interface ChunkRefusal {
  status: StatusCode;
  code: string;
  innerCode?: string;
  message: string;
}

/** Reads `bytes 0-25/128`. */
export function readContentRange(header: string | undefined): ChunkRange | undefined {
  const [, start, end, total] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(header?.trim() ?? "") ?? [];
  return start === undefined
    ? undefined
    : { start: Number(start), end: Number(end), total: Number(total) };
}

const invalid = (message: string, innerCode?: string): ChunkRefusal => ({
  status: 400,
  code: "invalidRequest",
  message,
  ...(innerCode === undefined ? {} : { innerCode }),
});

/**
 * Whether an upload session takes a chunk: in sequence, of the right size, and as long as it says.
 * @param header the Content-Range
 * @param length bytes in the body
 * @param received bytes the session already has
 * @param total the file's size as the first chunk said it; undefined before that
 */
export function judgeChunk(
  header: string | undefined,
  length: number,
  received: number,
  total: number | undefined,
): Result<ChunkRange, ChunkRefusal> {
  const range = readContentRange(header);
  if (range === undefined) return err(invalid("The Content-Range header is missing or malformed."));
  const { start, end } = range;
  if (end < start || end >= range.total)
    return err(invalid("The Content-Range header names no range of the file."));
  if (total !== undefined && range.total !== total)
    return err(invalid("The size of the file differs from the one the first fragment named."));
  const size = end - start + 1;
  if (size !== length)
    return err(
      invalid("The Content-Range header length does not match the provided number of bytes."),
    );
  if (size >= CHUNK_LIMIT)
    return err({
      status: 413,
      code: "requestEntityTooLarge",
      message: "A fragment must be smaller than 60 MiB.",
    });
  if (start < received)
    return err({
      status: 416,
      code: "invalidRange",
      innerCode: "fragmentOverlap",
      message: "Uploaded fragment overlaps with existing data.",
    });
  if (start > received)
    return err({
      status: 416,
      code: "invalidRange",
      innerCode: "fragmentOutOfOrder",
      message: "The fragment is not the next one expected.",
    });
  if (end + 1 < range.total && size % CHUNK_UNIT !== 0)
    return err(
      invalid("A fragment but the last must be a multiple of 320 KiB.", "invalidFragmentSize"),
    );
  return ok(range);
}
