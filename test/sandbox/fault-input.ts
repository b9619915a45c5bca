import * as z from "zod";
import type { Fault, FaultAnswer, FaultInput } from "./public-types.ts";

const headerName = z
  .string()
  .regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/, "a header's name is a token (RFC 9110 §5.6.2)");

const headerText = z
  .string()
  .regex(
    /^[\t\x20-\x7E\u0080-\u00FF]*$/,
    "a header's text has no line breaks and no code over 255",
  );

/** The values of each header: one text, or several for a header that comes several times. */
const headers = z
  .record(headerName, z.union([headerText, z.array(headerText).min(1)]))
  .transform((all) =>
    Object.entries(all).map(([name, value]): [name: string, values: readonly string[]] => [
      name,
      [value].flat(),
    ]),
  );

const mostCharacters = 256 * 1024 * 1024;
const withoutBody: ReadonlySet<number> = new Set([204, 205, 304]);

interface FaultBody {
  text: string;
  /** The content type unless a header says another. */
  type: string;
}

function bodyOf(body: unknown): FaultBody | undefined {
  if (body === undefined || body === null) return undefined;
  return typeof body === "string"
    ? { text: body, type: "text/plain;charset=UTF-8" }
    : { text: JSON.stringify(body), type: "application/json" };
}

/** The answer of a fault's own, whatever Microsoft would say. */
const respond = z
  .strictObject({
    /** What fetch can receive: no 1xx, no 600. */
    status: z.number().int().min(200).max(599),
    headers: headers.default([]),
    /** Text as it is, anything else as JSON. */
    body: z.unknown().optional(),
    /** How many times over the body is sent: for one that is too large to be given. */
    repeat: z.number().int().min(1).default(1),
  })
  .transform((input, context) => {
    const { status, repeat } = input;
    let body: FaultBody | undefined;
    try {
      body = bodyOf(input.body);
    } catch {
      context.addIssue({ code: "custom", path: ["body"], message: "too deep for JSON: give text" });
    }
    if (body && withoutBody.has(status)) {
      context.addIssue({ code: "custom", path: ["body"], message: `a ${status} has no body` });
    }
    if ((body?.text.length ?? 0) * repeat > mostCharacters) {
      const message = `over ${mostCharacters} characters in all`;
      context.addIssue({ code: "custom", path: ["repeat"], message });
    }
    return { status, headers: input.headers, body, repeat };
  });

const effects = ["respond", "aadsts", "delay_ms", "reset", "cut", "after_commit"] as const;

/** What `POST /_sandbox/faults` takes. */
export const faultSchema = z
  .strictObject({
    match: z
      .strictObject({
        url: z.string().optional(),
        method: z.string().optional(),
        grant_type: z.string().optional(),
      })
      .default({}),
    times: z.number().int().min(1).default(1),
    respond: respond.optional(),
    aadsts: z.number().int().min(10_000).optional(),
    suberror: z.string().optional(),
    delay_ms: z.number().min(0).max(600_000).optional(),
    reset: z.literal(true).optional(),
    cut: z.literal(true).optional(),
    after_commit: z.literal(true).optional(),
  })
  .superRefine((fault, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: "custom", path: [path], message });
    if (effects.every((effect) => fault[effect] === undefined)) {
      refuse("respond", `nothing would happen: give one of ${effects.join(", ")}`);
    }
    if (fault.aadsts !== undefined && fault.respond)
      refuse("aadsts", "respond is an answer already");
    if (fault.suberror !== undefined && fault.aadsts === undefined) {
      refuse("suberror", "belongs to an aadsts");
    }
    if (fault.reset && (fault.respond ?? fault.aadsts ?? fault.cut) !== undefined) {
      refuse("reset", "leaves no answer to give or to cut");
    }
  }) satisfies z.ZodType<Fault, FaultInput>;

export type { Fault, FaultAnswer, FaultInput };
