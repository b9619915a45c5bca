import type { World } from "../world.ts";
import type { Answer } from "./answer.ts";

/** `20200730T233856Z`, as ARM writes the time into its routing id. */
const compactTime = (now: number) => new Date(now).toISOString().replaceAll(/[-:]|\.\d{3}/g, "");

/** Turns an answer into a response with the headers that every ARM answer has. */
export function respond(
  world: World,
  request: Request,
  answer: Answer,
  quota: Record<string, string>,
): Response {
  const headers = new Headers({ ...quota, ...answer.headers });
  const requestId = world.guid();
  const correlationId = request.headers.get("x-ms-correlation-request-id") ?? requestId;
  headers.set("cache-control", "no-cache");
  headers.set("pragma", "no-cache");
  headers.set("expires", "-1");
  headers.set("x-ms-request-id", requestId);
  headers.set("x-ms-correlation-request-id", correlationId);
  headers.set("x-ms-routing-request-id", `WESTEUROPE:${compactTime(world.now())}:${world.guid()}`);
  headers.set("strict-transport-security", "max-age=31536000; includeSubDomains");
  headers.set("x-content-type-options", "nosniff");
  if (answer.status >= 400) headers.set("x-ms-failure-cause", answer.failedIn ?? "gateway");
  const clientRequestId = request.headers.get("x-ms-client-request-id");
  const wantsItBack =
    request.headers.get("x-ms-return-client-request-id")?.toLowerCase() === "true";
  if (clientRequestId !== null && wantsItBack)
    headers.set("x-ms-client-request-id", clientRequestId);
  if (answer.body === undefined || request.method === "HEAD")
    return new Response(null, { status: answer.status, headers });
  headers.set("content-type", "application/json; charset=utf-8");
  return new Response(JSON.stringify(answer.body), { status: answer.status, headers });
}
