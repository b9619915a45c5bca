import * as z from "zod";
import { type Answer, failure, invalidContent } from "./answer.ts";

export type ReadBody<Body> = { ok: true; value: Body } | { ok: false; refusal: Answer };

/** Reads a JSON body by its schema: 415 without a JSON media type, 400 for anything amiss. */
export async function readBody<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
): Promise<ReadBody<z.output<Schema>>> {
  const mediaType = request.headers.get("content-type");
  if (!mediaType || !/^(application|text)\/(\w+\+)?json\b/i.test(mediaType))
    return {
      ok: false,
      refusal: failure(
        415,
        "UnsupportedMediaType",
        `The content media type '${mediaType ?? "<null>"}' is not supported. Only 'application/json' is supported.`,
      ),
    };
  let json: unknown;
  try {
    json = await request.json();
  } catch {
    return { ok: false, refusal: invalidContent("The content is not valid JSON") };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { ok: true, value: parsed.data };
  const [issue] = parsed.error.issues;
  const where = issue?.path.join(".") || "the content";
  return {
    ok: false,
    refusal: invalidContent(`${issue?.message ?? "Unexpected value"} at '${where}'`),
  };
}

/** ARM's own limits on tags. */
const MOST_TAGS = 50;
const LONGEST_TAG_NAME = 512;
const LONGEST_TAG_VALUE = 256;

export const tagsSchema = z
  .record(z.string().max(LONGEST_TAG_NAME), z.string().max(LONGEST_TAG_VALUE))
  .refine((tags) => Object.keys(tags).length <= MOST_TAGS, {
    message: `No more than ${MOST_TAGS} tags are allowed`,
  });
