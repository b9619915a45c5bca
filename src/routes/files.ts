import * as z from "zod";
import { AzureError, invalidField } from "../contract/errors.ts";
import { textOf } from "../api/fields.ts";
import { dataSchema } from "../front/answer-schemas.ts";
import { success } from "../front/answers.ts";
import { connectionOf } from "../front/context.ts";
import { untrustedBytes } from "../front/headers.ts";
import { namingAs } from "../operations/as-user.ts";
import { register } from "../front/register.ts";
import type { Router } from "../front/router.ts";

const tag = "files";

const filePath = textOf(1_024).meta({
  description: "From the root of the drive, such as Documents/report.docx.",
});

const bytes = { "application/octet-stream": undefined };

export function fileRoutes(router: Router): void {
  register(
    router,
    {
      method: "GET",
      path: "/files/content",
      summary: "The bytes of a file, or the range asked for by header",
      tag,
      scope: "graph:read",
      connection: "query",
      query: { path: filePath },
      answers: {
        200: { description: "The file.", content: bytes },
        206: { description: "The range.", content: bytes },
      },
    },
    async (c, { query }) => {
      const range = c.req.header("range");
      const { graph } = await connectionOf(c);
      const file = await namingAs(graph.files.download(query.path, { range }));
      return untrustedBytes(fileAnswer(file));
    },
  );

  register(
    router,
    {
      method: "PUT",
      path: "/files/content",
      summary: "Create or replace a file",
      tag,
      scope: "graph:write",
      connection: "query",
      query: { path: filePath },
      bodyContent: bytes,
      answers: {
        200: {
          description: "Graph's drive item.",
          data: dataSchema(z.looseObject({})),
        },
      },
    },
    async (c, { query }) => {
      const { graph } = await connectionOf(c);
      return success(
        await namingAs(
          graph.files.upload(
            query.path,
            c.req.raw.body ?? "",
            sizeOf(c.req.header("content-length"), c.req.raw.body),
            { contentType: c.req.header("content-type") },
          ),
        ),
      );
    },
  );
}

/** What a file's answer keeps of its headers: what describes the bytes. */
const described = [
  "accept-ranges",
  "content-disposition",
  "content-encoding",
  "content-length",
  "content-range",
  "content-type",
  "etag",
  "last-modified",
];

function fileAnswer({ body, status, headers }: Response): Response {
  const kept = new Headers();
  for (const name of described) {
    const value = headers.get(name);
    if (value !== null) kept.set(name, value);
  }
  return new Response(body, { status, headers: kept });
}

/** An upload session needs the size before the first byte. */
function sizeOf(length: string | undefined, body: ReadableStream | null): number {
  if (length !== undefined && /^\d+$/.test(length)) return Number(length);
  if (body === null) return 0;
  throw new AzureError(
    invalidField("content-length", "is required: the length of the file in bytes"),
  );
}
