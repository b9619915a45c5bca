import * as z from "zod";
import type { Sandbox } from "../sandbox/index.ts";

const control = "https://login.microsoftonline.com/_sandbox";
const log = z.object({
  requests: z.array(z.object({ seq: z.number(), method: z.string(), url: z.string() })),
});

/** The sandbox as the bench steers it, under Microsoft's own host names. */
export class Microsoft {
  readonly #sandbox: Sandbox;

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
  }

  /** @throws Error with the sandbox's own words when it refuses */
  async steer(action: "faults" | "settings" | "revoke", body: object): Promise<void> {
    const method = action === "settings" ? "PATCH" : "POST";
    const request = new Request(`${control}/${action}`, { method, body: JSON.stringify(body) });
    const response = await this.#sandbox.fetch(request);
    if (!response.ok) throw new Error(`/_sandbox/${action}: ${await response.text()}`);
  }

  /** How many token POSTs reach Entra while something is done. */
  async tokenPostsDuring(work: () => Promise<unknown>): Promise<number> {
    const mark = (await this.#requests(0)).at(-1)?.seq ?? 0;
    await work();
    const requests = await this.#requests(mark);
    return requests.filter(({ method, url }) => method === "POST" && isTokenEndpoint(url)).length;
  }

  async #requests(after: number) {
    const response = await this.#sandbox.fetch(new Request(`${control}/requests?after=${after}`));
    return log.parse(await response.json()).requests;
  }
}

export const isTokenEndpoint = (url: string): boolean => url.includes("/oauth2/v2.0/token");
