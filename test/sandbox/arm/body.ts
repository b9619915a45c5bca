import { nestsWithin } from "../../../src/http/json.ts";
import * as z from "zod";
import { ambiguousPaths } from "./ambiguity.ts";
import { type Answer, failure, invalidContent } from "./answer.ts";

export type ReadBody<Body> = { ok: true; value: Body } | { ok: false; refusal: Answer };

/** How deep ARM reads JSON. */
const DEEPEST = 128;

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
  if (!nestsWithin(json, DEEPEST))
    return {
      ok: false,
      refusal: invalidContent(`The reader's MaxDepth of ${DEEPEST} has been exceeded`),
    };
  const ambiguous = ambiguousPaths(json);
  if (ambiguous.length > 0)
    return {
      ok: false,
      refusal: failure(
        400,
        "InvalidRequestContent",
        `The request content contains duplicate JSON property names creating ambiguity in paths '${ambiguous.join(", ")}'. Please update the request content to eliminate duplicates and try again.`,
      ),
    };
  const parsed = schema.safeParse(json);
  if (parsed.success) return { ok: true, value: parsed.data };
  const [issue] = parsed.error.issues;
  const where = issue?.path.join(".") || "the content";
  return {
    ok: false,
    refusal: invalidContent(`${issue?.message ?? "Unexpected value"} at '${where}'`),
  };
}

/** Which tags Azure takes is `tag-rules.ts`' business. */
export const tagsSchema = z.record(z.string(), z.string());
