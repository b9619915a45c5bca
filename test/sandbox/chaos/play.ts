import { brokenOff, cutShort } from "../faults.ts";
import type { Document, OddAnswer } from "./odd-answer.ts";

type Serve = (request: Request) => Promise<Response>;

const withoutBody: ReadonlySet<number> = new Set([204, 205, 304]);

/** Answers a request oddly. Whoever carries the answer breaks the connection where it says so. */
export async function play(odd: OddAnswer, request: Request, serve: Serve): Promise<Response> {
  switch (odd.as) {
    case "answer":
      return new Response(withoutBody.has(odd.status) ? null : (odd.body ?? ""), {
        status: odd.status,
        headers: odd.headers?.map(([name, value]): [string, string] => [name, value]) ?? [],
      });
    case "edit": {
      const response = await serve(request);
      const text = await response.text();
      const { status } = response;
      const headers = new Headers(response.headers);
      headers.delete("content-length");
      for (const [name, value] of odd.headers ?? []) headers.append(name, value);
      const document = objectIn(text);
      const body = document === undefined ? text : JSON.stringify(odd.edit(document));
      return new Response(withoutBody.has(status) ? null : body, { status, headers });
    }
    case "cut":
      return cutShort(await serve(request));
    case "lost":
      await (await serve(request)).body?.cancel();
      return brokenOff();
    case "reset":
      return brokenOff();
  }
}

function objectIn(text: string): Document | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? { ...value }
      : undefined;
  } catch {
    return undefined;
  }
}
