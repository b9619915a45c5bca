import { vi } from "vitest";
import { Gateway } from "../../../src/connection/calls/gateway.ts";
import { Throttling } from "../../../src/connection/calls/throttling.ts";
import type { Parts } from "../../../src/connection/parts.ts";
import { clouds } from "../../../src/entra/cloud.ts";
import { ManualTimer } from "../../support/manual-timer.ts";
import type { Stub } from "./connections.ts";
import { reconfigured } from "./reconfigured.ts";
import { ownError } from "./own-error.ts";

/** One request as Microsoft got it. */
export interface Asked {
  url: string;
  method: string;
  headers: Headers;
}

/** What Microsoft says to a request; nothing: it never answers. */
type Script = (asked: Asked, count: number) => Response | undefined;

/** A connection's calls over a Microsoft and a time that a test holds in its hand. */
export interface Scripted {
  /** A call through the connection, as a stub makes it. */
  call(url: string, init?: RequestInit): Promise<Response>;
  /** What Microsoft was asked, in order; Entra is not among it. */
  asked: Asked[];
  timer: ManualTimer;
  parts: Parts;
}

/**
 * Does work in the object, whose calls go to a script instead of to the sandbox. Tokens come from the
 * sandbox's Entra as ever. The object's own alarm is silenced: it knows nothing of what is put together
 * here over its tables, and would take a token request that is out for a lost one.
 */
export function scripted<Value>(
  stub: Stub,
  script: Script,
  work: (scripted: Scripted) => Promise<Value>,
): Promise<Value> {
  return reconfigured(stub, {}, async (parts, { storage }) => {
    await storage.deleteAlarm();
    vi.spyOn(storage, "setAlarm").mockResolvedValue();
    const asked: Asked[] = [];
    const timer = new ManualTimer();
    const microsoft: typeof fetch = (input, init) => {
      const { url, method, headers, signal } = new Request(input, init);
      const request = { url, method, headers };
      asked.push(request);
      const answer = script(request, asked.length);
      if (answer !== undefined) return Promise.resolve(answer);
      const { promise, reject } = Promise.withResolvers<Response>();
      signal.addEventListener("abort", () => reject(signal.reason));
      return promise;
    };
    const gateway = new Gateway({
      state: parts.state,
      refresher: parts.refresher,
      links: parts.links,
      cloud: clouds.global,
      fetch: microsoft,
      now: parts.now,
      timer: timer.timer,
      called: undefined,
      throttling: new Throttling({
        state: parts.state,
        now: parts.now,
        rearm: () => {},
        cooled: () => {},
      }),
    });
    const call = (url: string, init?: RequestInit) => gateway.handle(new Request(url, init));
    try {
      return await work({ call, asked, timer, parts });
    } finally {
      vi.restoreAllMocks();
    }
  });
}

/** An answer with a status that `Response` itself would not be made with. */
export function withStatus(status: number, response: Response): Response {
  Object.defineProperty(response, "status", { value: status });
  return response;
}

/** An error of ours, without the times in it. */
export const told = async (response: Response) => ({
  status: response.status,
  mark: response.headers.get("x-azure-error"),
  body: await ownError(response),
});
