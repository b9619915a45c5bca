import { scriptedGraph, type Call } from "./scripted-graph.ts";

export const uploadUrl = "https://contoso-my.sharepoint.com/upload?tempauth=secret";

/** What goes wrong with one PUT: before the bytes are kept, after it, or instead of keeping them. */
export type Fault =
  | { readonly lose: "request" | "answer" }
  | { readonly keep: number }
  | { readonly answer: () => Response };

/** When the session was made, by Graph's clock. */
export const sessionStart = Date.UTC(2026, 10, 24, 10, 0, 0);

/**
 * Graph and a storage that keeps one upload session as OneDrive does: ranges in sequence, 416 for
 * what it has, 404 once the file is made.
 */
export function storageDouble(size: number, faults: Record<number, Fault> = {}) {
  const kept: string[] = [];
  let puts = 0;
  let finished = false;
  const length = () => kept.join("").length;
  const progress = () => Response.json({ nextExpectedRanges: [`${length()}-`] }, { status: 202 });
  const item = {
    id: "item-1",
    name: "big.bin",
    size,
    lastModifiedDateTime: "2026-11-24T10:00:05Z",
  };

  const put = (call: Call): Response => {
    puts += 1;
    const fault = faults[puts];
    if (fault !== undefined && "answer" in fault) return fault.answer();
    if (fault !== undefined && "lose" in fault && fault.lose === "request") {
      throw new TypeError("reset");
    }
    const start = Number(/^bytes (\d+)-/.exec(call.headers.get("content-range") ?? "")?.[1]);
    if (start !== length()) return new Response(null, { status: 416 });
    kept.push(fault !== undefined && "keep" in fault ? call.body.slice(0, fault.keep) : call.body);
    finished = length() === size;
    if (fault !== undefined) throw new TypeError("reset");
    return finished ? Response.json(item, { status: 201 }) : progress();
  };

  const answer = (call: Call): Response => {
    if (call.url !== uploadUrl) {
      if (call.method === "GET") return Response.json(item);
      const date = new Date(sessionStart).toUTCString();
      return Response.json({ uploadUrl }, { headers: { date } });
    }
    if (call.method === "PUT") return put(call);
    if (call.method === "DELETE") return new Response(null, { status: 204 });
    return finished ? new Response(null, { status: 404 }) : progress();
  };
  return { ...scriptedGraph(answer), answer, content: () => kept.join("") };
}
