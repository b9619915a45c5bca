import * as z from "zod";
import { bytesOf, listOf, namedList } from "./values.ts";
import { eventTypes } from "../contract/connection-event-schema.ts";
import type { EventType } from "../contract/connection-events.ts";
import { changeTypes, type ChangeType } from "../contract/watch.ts";
import { isLoopback } from "../http/url.ts";
import { err, ok, type Result } from "../contract/result.ts";

/** A receiver of the events of every connection. */
export interface Webhook {
  /** Names it in logs and in the outboxes of connections; by default its host. */
  id: string;
  url: string;
  /** Each signs, the first one too: a receiver may change over while both are here. */
  secrets: readonly Uint8Array[];
  /** The types of event that are sent to it. */
  types: readonly EventType[];
  /** The types of change that are sent to it. */
  changeTypes: readonly ChangeType[];
}

/** What the pipeline gets. */
export type PipelineTypes = Pick<Webhook, "types" | "changeTypes">;

/** Every change. */
const everyChange = "change.*";
const allTypes = [...eventTypes, ...changeTypes, everyChange] as const;
const oneType = z.enum(allTypes, `must be one of ${allTypes.join(", ")}`);

/** Changes go only where they are named: most receivers of events know nothing of them. */
const typesOf = (named: readonly (typeof allTypes)[number][] | undefined): PipelineTypes => ({
  types: named === undefined ? eventTypes : eventTypes.filter((type) => named.includes(type)),
  changeTypes: changeTypes.filter(
    (type) => named !== undefined && (named.includes(type) || named.includes(everyChange)),
  ),
});

/**
 * Reads `EVENTS_TYPES`: types with commas between.
 *
 * @returns the types; without any, every event and no change; or the second half of a sentence that
 *   begins with the variable's name
 */
export function pipelineTypes(text: string): Result<PipelineTypes, string> {
  if (text === "") return ok(typesOf(undefined));
  const names = z.array(oneType).safeParse(listOf(text));
  if (names.success) return ok(typesOf(names.data));
  return err(`${names.error.issues[0]?.message ?? "is wrong"}, several with commas between`);
}

const secretPrefix = "whsec_";
/** Bytes, as the Standard Webhooks specification has it. */
const secretSize = { least: 24, most: 64 };

function secretOf(text: string): Uint8Array | undefined {
  if (!text.startsWith(secretPrefix)) return undefined;
  const bytes = bytesOf(text.slice(secretPrefix.length));
  const size = bytes?.byteLength ?? 0;
  return size >= secretSize.least && size <= secretSize.most ? bytes : undefined;
}

function secretsOf(text: string, context: z.RefinementCtx): Uint8Array[] {
  const secrets = listOf(text).map(secretOf);
  const known = secrets.filter((secret) => secret !== undefined);
  if (known.length === secrets.length) return known;
  const message = "must be whsec_ and 24 to 64 random bytes in base64; several with commas between";
  context.addIssue({ code: "custom", message });
  return z.NEVER;
}

const isAbsolute = (text: string): boolean => {
  const url = URL.parse(text);
  return url !== null && url.username === "" && url.password === "" && url.hash === "";
};

const webhookSchema = z
  .strictObject({
    id: z
      .string("must be a string")
      .regex(/^[A-Za-z0-9.-]{1,64}$/, "must be 1 to 64 letters, digits, dots or hyphens")
      .optional(),
    url: z
      .string("must be a string")
      .refine(isAbsolute, "must be an absolute URL without user name or fragment"),
    secret: z.string("must be a string").transform(secretsOf),
    types: z
      .array(oneType, "must be an array")
      .min(1, "must not be empty; without it, all events are sent")
      .optional(),
  })
  .transform(({ id, url, secret, types }): Webhook => ({
    id: id ?? new URL(url).hostname,
    url,
    secrets: secret,
    ...typesOf(types),
  }));

/**
 * Reads `WEBHOOKS`. Events say who is connected, so it goes by https alone; in the sandbox
 * cloud also by http to this machine.
 *
 * @returns the webhooks, or the second half of a sentence that begins with the variable's name
 */
export function webhooks(
  text: string,
  { sandbox }: { sandbox: boolean },
): Result<Webhook[], string> {
  const read = namedList(text, webhookSchema, '[{"id","url","secret","types":[]}]');
  if (!read.ok) return read;
  const open = read.value.findIndex(({ url }) => !isPrivate(new URL(url), sandbox));
  if (open === -1) return read;
  const allowed = sandbox ? "an https URL, or http on loopback" : "an https URL";
  return err(`is wrong at [${open}].url: must be ${allowed}`);
}

const isPrivate = ({ protocol, hostname }: URL, sandbox: boolean): boolean =>
  protocol === "https:" || (sandbox && protocol === "http:" && isLoopback(hostname));
