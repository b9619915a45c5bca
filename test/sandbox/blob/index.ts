import { Hono } from "hono";
import { queryParameter } from "../query-parameter.ts";
import type { Service, ServiceEnvironment, World } from "../world.ts";
import { type Answer, failure, xml } from "./answer.ts";
import { refuseCaller } from "./authentication.ts";

/** What every account holds. */
const container = "documents";
const blobs: Readonly<Record<string, string>> = { "readme.txt": "A blob of the sandbox.\n" };

const etag = '"0x8DC0FFEE0000001"';
const modified = "Wed, 15 Jan 2025 08:00:00 GMT";

const unsupported = failure(
  405,
  "UnsupportedHttpVerb",
  "The resource doesn't support specified Http Verb.",
);

const listContainers = xml(
  `<EnumerationResults><Containers><Container><Name>${container}</Name></Container></Containers><NextMarker /></EnumerationResults>`,
);

const listBlobs = xml(
  `<EnumerationResults ContainerName="${container}"><Blobs>${Object.keys(blobs)
    .map((name) => `<Blob><Name>${name}</Name></Blob>`)
    .join("")}</Blobs><NextMarker /></EnumerationResults>`,
);

function pathOf(url: URL): string[] | undefined {
  try {
    return url.pathname.split("/").filter(Boolean).map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

function read(url: URL): Answer {
  const path = pathOf(url);
  if (!path)
    return failure(400, "InvalidUri", "The requested URI does not represent any resource.");
  const [first = "", ...rest] = path;
  const lists = queryParameter(url, "comp") === "list";
  if (first === "") return lists ? listContainers : unsupported;
  if (first !== container) {
    return failure(404, "ContainerNotFound", "The specified container does not exist.");
  }
  if (rest.length === 0) return lists ? listBlobs : unsupported;
  const body = blobs[rest.join("/")];
  if (body === undefined) {
    return failure(404, "BlobNotFound", "The specified blob does not exist.");
  }
  return {
    status: 200,
    body,
    headers: {
      "content-type": "text/plain",
      etag,
      "last-modified": modified,
      "x-ms-blob-type": "BlockBlob",
    },
  };
}

/**
 * Blob storage as far as a token is concerned: who may read, the challenges and refusals, one
 * container with one blob. What blobs can do besides is Azurite's business.
 * @param world clock, users and tokens shared with the other services
 */
export function createBlob(world: World): Service {
  const app = new Hono<ServiceEnvironment>();
  app.all("*", async (c) => {
    const url = new URL(c.req.url);
    const account = new URL(c.env.base).hostname.split(".", 1)[0] ?? "";
    const reads = c.req.method === "GET" || c.req.method === "HEAD";
    const answer =
      (await refuseCaller(world, c.req.raw, account)) ?? (reads ? read(url) : unsupported);
    const version = c.req.header("x-ms-version");
    const headers = {
      server: "Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0",
      "x-ms-request-id": world.guid(),
      ...(version === undefined ? {} : { "x-ms-version": version }),
      ...answer.headers,
    };
    return new Response(c.req.method === "HEAD" ? null : answer.body, {
      status: answer.status,
      headers,
    });
  });
  return app;
}
