import type { OddAnswer } from "./odd-answer.ts";

type Serve = (request: Request) => Promise<Response>;

/**
 * Answers a request oddly.
 *
 * @throws TypeError where the connection breaks, as `fetch` does
 */
export async function play(odd: OddAnswer, request: Request, serve: Serve): Promise<Response> {
  switch (odd.as) {
    case "answer":
      return new Response([204, 304].includes(odd.status) ? null : (odd.body ?? ""), {
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
      return new Response([204, 304].includes(status) ? null : body, { status, headers });
    }
    case "cut": {
      const response = await serve(request);
      await response.body?.cancel();
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      const writer = writable.getWriter();
      writer.closed.catch(() => undefined);
      writer
        .write(new TextEncoder().encode('{"part'))
        .then(() => writer.abort(new Error("cut")))
        .catch(() => undefined);
      const { status, headers } = response;
      return new Response([204, 304].includes(status) ? null : readable, { status, headers });
    }
    case "lost":
      await (await serve(request)).body?.cancel();
      throw new TypeError("Network connection lost.");
    case "reset":
      throw new TypeError("Network connection lost.");
  }
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? { ...value }
      : undefined;
  } catch {
    return undefined;
  }
}
