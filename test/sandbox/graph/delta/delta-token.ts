import * as z from "zod";

/** What a $skiptoken or $deltatoken of a delta query holds; clients see base64url. */
const contents = z.strictObject({
  /** Which collection it belongs to. */
  collection: z.string(),
  /** The life of the sandbox it was issued in; a reset ends it. */
  epoch: z.string(),
  /** Milliseconds. */
  issued: z.number(),
  /** Changes after this version are wanted… */
  from: z.number(),
  /** …up to this one: later changes wait for the next round. */
  until: z.number(),
  /** Position of the last change already sent. */
  sent: z.array(z.number()).readonly(),
  /** Whether this is a round's first page. */
  first: z.boolean(),
  /** Query options of the first request, which later ones may leave out. */
  options: z.record(z.string(), z.string()),
});

export type DeltaToken = z.infer<typeof contents>;

export function writeDeltaToken(token: DeltaToken): string {
  return Buffer.from(JSON.stringify(token)).toString("base64url");
}

/** Undefined when the text is no token of ours. */
export function readDeltaToken(text: string): DeltaToken | undefined {
  try {
    return contents.parse(JSON.parse(Buffer.from(text, "base64url").toString()));
  } catch {
    return undefined;
  }
}

/** Microsoft keeps a delta token about a week. */
const LIFETIME_MS = 7 * 24 * 3_600_000;

export function isExpired(token: DeltaToken, epoch: string, now: number): boolean {
  return token.epoch !== epoch || now - token.issued > LIFETIME_MS;
}
