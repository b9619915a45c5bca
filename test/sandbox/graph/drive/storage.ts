import { Hono } from "hono";
import type { World } from "../../world.ts";
import { empty, gatewayHeaders, json, writeError } from "../answer.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { GraphError } from "../graph-error.ts";
import { stateOf } from "../state.ts";
import type { GraphState } from "../state.ts";
import { judgeChunk } from "./chunk-policy.ts";
import { readDownloadToken } from "./download-token.ts";
import { itemMissing } from "./drive.ts";
import { eTagOf, viewItem } from "./item-view.ts";
import { commit, statusOf } from "./upload-sessions.ts";
import type { UploadSession } from "./upload-sessions.ts";

interface ByteRange {
  start: number;
  /** Inclusive. */
  end: number;
}

/** Reads a single `bytes=` range; `null` is one that lies outside, undefined none at all. */
export function readRange(header: string | undefined, size: number): ByteRange | null | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "");
  if (match === null || (match[1] === "" && match[2] === "")) return undefined;
  const [, first = "", last = ""] = match;
  const start = first === "" ? Math.max(size - Number(last), 0) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  return start > end || start >= size ? null : { start, end };
}

/** These URLs are authorized by themselves; a token of Graph is refused here. */
function refuseToken(c: GraphContext): void {
  if (c.req.header("authorization") !== undefined)
    throw new GraphError(
      401,
      "unauthenticated",
      "The URL is authorized by itself: send no Authorization header.",
    );
}

/** GET of a pre-authenticated URL: the bytes, or the range of them asked for. */
function download(c: GraphContext, state: GraphState): Response {
  refuseToken(c);
  const token = readDownloadToken(c.req.param("token") ?? "", state.epoch);
  if (token === undefined || token.expires <= state.world.now())
    throw new GraphError(401, "unauthenticated", "The download URL is no longer valid.");
  const item = state.driveById(token.drive)?.item(token.item);
  if (item?.bytes === undefined) throw itemMissing();
  const size = item.bytes.length;
  const range = readRange(c.req.header("range"), size);
  const headers: Record<string, string> = {
    "content-type": item.mimeType,
    "accept-ranges": "bytes",
    etag: eTagOf(item),
    "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(item.name)}`,
  };
  if (range === null)
    throw new GraphError(416, "invalidRange", "The range lies outside the file.", {
      headers: { "content-range": `bytes */${size}` },
    });
  const part = range === undefined ? item.bytes : item.bytes.subarray(range.start, range.end + 1);
  if (range !== undefined) headers["content-range"] = `bytes ${range.start}-${range.end}/${size}`;
  headers["content-length"] = String(part.length);
  return new Response(new Uint8Array(part), { status: range === undefined ? 200 : 206, headers });
}

/** The session a request speaks of. */
function sessionOf(c: GraphContext, state: GraphState): UploadSession {
  refuseToken(c);
  const session = state.uploads.find(c.req.param("token") ?? "", state.world.now());
  if (session === undefined)
    throw new GraphError(404, "itemNotFound", "The upload session was not found");
  return session;
}

function finish(c: GraphContext, state: GraphState, session: UploadSession): Response {
  const now = new Date(state.world.now()).toISOString();
  const { item, created } = commit(session, now);
  state.uploads.close(session.token);
  return json(c, viewItem(state, c.env.base, session.drive, item), created ? 201 : 200);
}

async function takeChunk(c: GraphContext, state: GraphState): Promise<Response> {
  const session = sessionOf(c, state);
  const bytes = new Uint8Array(await c.req.arrayBuffer());
  const header = c.req.header("content-range");
  const verdict = judgeChunk(header, bytes.length, session.received, session.total);
  if (!verdict.ok) {
    const { status, code, message, innerCode } = verdict.error;
    throw new GraphError(status, code, message, innerCode === undefined ? {} : { innerCode });
  }
  session.chunks.push(bytes);
  session.received += bytes.length;
  session.total = verdict.value.total;
  const done = session.received === session.total;
  return done && !session.deferCommit ? finish(c, state, session) : json(c, statusOf(session), 202);
}

/** Downloads and upload sessions: what lives on the storage hosts and needs no token. */
export function storageRoutes(state: GraphState): GraphRoutes {
  return new Hono<GraphEnvironment>()
    .get("/download/:token", (c) => download(c, state))
    .get("/monitor/:token", (c) => state.copies.answer(c))
    .get("/upload/:token", (c) => json(c, statusOf(sessionOf(c, state))))
    .put("/upload/:token", (c) => takeChunk(c, state))
    .post("/upload/:token", (c) => {
      const session = sessionOf(c, state);
      if (session.received !== session.total)
        throw new GraphError(400, "invalidRequest", "The upload is not complete.");
      return finish(c, state, session);
    })
    .delete("/upload/:token", (c) => {
      state.uploads.close(sessionOf(c, state).token);
      return empty(c, 204);
    });
}

/** The storage hosts (`contoso-my.sharepoint.com`) as a service of their own. */
export function createStorage(world: World): GraphRoutes {
  return new Hono<GraphEnvironment>()
    .use(gatewayHeaders(world))
    .route("/", storageRoutes(stateOf(world)))
    .all("*", () => {
      throw itemMissing();
    })
    .onError(writeError(world));
}
