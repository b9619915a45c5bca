import { notificationStub } from "../connection/stub.ts";
import { readWatchToken } from "../connection/watches/watch-address.ts";
import { textOf } from "../api/fields.ts";
import { bodyTooLarge } from "../front/body.ts";
import type { Context } from "../front/context.ts";
import { register } from "../front/register.ts";
import type { Router } from "../front/router.ts";
import { textWithin } from "../http/bounded-text.ts";
import { failureOf } from "../operations/failures.ts";
import { measure } from "../platform/metrics.ts";

/** Graph's notifications are far smaller; with items they are of some hundred KiB. */
const longestBody = 1024 * 1024;
/** Seconds after which Graph may come again with what could not be written. */
const retryAfter = 10;

/**
 * Where Graph posts what watches report. Whoever does not know an address learns nothing here: what is
 * not ours gets the same answer as what is taken.
 */
export function notificationRoutes(router: Router): void {
  register(
    router,
    {
      method: "POST",
      path: "/notifications",
      summary: "Microsoft's way in: what the watches of connections report",
      tag: "watches",
      scope: "open",
      openQuery: true,
      query: {
        watch: textOf(1_024)
          .optional()
          .meta({ description: "The address, signed, as this service gave it to Microsoft." }),
        validationToken: textOf(8_192)
          .optional()
          .meta({ description: "Microsoft tries the address: the answer is this text." }),
      },
      answers: {
        200: { description: "The validationToken.", content: { "text/plain": undefined } },
        202: { description: "It is kept, or it is not for this service." },
      },
    },
    (c, { query }) => take(c, query),
  );
}

async function take(
  c: Context,
  {
    watch = "",
    validationToken,
  }: { watch?: string | undefined; validationToken?: string | undefined },
): Promise<Response> {
  const address = await readWatchToken(c.get("config").sessionSecret, watch);
  if (address === undefined) {
    const point = { kind: "notification", outcome: "forged", notifications: 1 } as const;
    if (c.env.METRICS !== undefined) measure(c.env.METRICS, "", point);
    return accepted();
  }
  c.set("connectionId", address.connectionId);
  if (validationToken !== undefined) {
    // As text, whatever it holds: a browser must not take it for a page.
    const headers = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" };
    return new Response(validationToken, { headers });
  }
  const body = await textWithin(c.req.raw.body, longestBody);
  if (body === undefined) throw bodyTooLarge(longestBody);
  const { connectionId, ...subscription } = address;
  try {
    const outcome = await (
      await notificationStub(c.env, connectionId)
    ).notify({ ...subscription, body });
    return outcome.ok ? accepted() : later();
  } catch (error) {
    // Written to the log, which its sender does not read.
    failureOf(error, c.get("requestId"));
    return later();
  }
}

const accepted = (): Response => new Response(null, { status: 202 });

/** Nothing is kept of it: Graph has to send it again, which it does for four hours. */
const later = (): Response =>
  new Response(null, { status: 503, headers: { "retry-after": String(retryAfter) } });
