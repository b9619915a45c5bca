import { vi } from "vitest";
import { createSandbox, type Sandbox } from "../../sandbox/index.ts";

/** How a request ends. */
export type Answer =
  | { as: "service" }
  /** As Entra may: the old refresh token stays in use. */
  | { as: "withoutRefreshToken" }
  | { as: "refusal"; aadsts: number }
  | { as: "status"; status: number; retryAfter?: number | undefined }
  | { as: "reset" }
  /** Done, but nobody hears of it. */
  | { as: "lost" };

/** A request of the connection that Microsoft has not answered yet. */
export interface Outstanding {
  kind: "token" | "call";
  /** Which life of the object sent it. */
  life: number;
  request: Request;
  form: URLSearchParams;
  /** Absent once the answer was given, while it is on its way. */
  give: ((answer: Answer) => void) | undefined;
}

export interface TokenSetSeen {
  /** What was redeemed for it: a refresh token, or a code. */
  redeemed: string;
  accessToken: string;
  refreshToken: string | undefined;
}

const control = "https://login.microsoftonline.com/_sandbox";
/** Nothing else in the object may be waiting: without a timer the runtime takes it for hung. */
const patience = 10 * 60_000;

export interface MicrosoftOptions {
  /** How a request is answered when it arrives, or undefined to hold it. */
  arrives: (request: Outstanding) => Answer | undefined;
  issued: (tokens: TokenSetSeen) => void;
  /** An answer is on its way. */
  answered: () => void;
  life: () => number;
}

/**
 * Microsoft inside the isolate: the sandbox itself, behind a gate where each request of the connection
 * waits for the schedule. No socket and no other process takes part, so a seed runs the same each time.
 */
export class Microsoft {
  readonly outstanding: Outstanding[] = [];
  readonly #sandbox: Sandbox;
  #options: MicrosoftOptions | undefined;

  private constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
  }

  static async start(): Promise<Microsoft> {
    const microsoft = new Microsoft(await createSandbox());
    // No spy: it would remember every request of thousands of schedules.
    vi.stubGlobal("fetch", (input: RequestInfo, init?: RequestInit) =>
      microsoft.#receive(new Request(input, init)),
    );
    return microsoft;
  }

  /** Begins a schedule: nothing of the one before is remembered. */
  async begin(options: MicrosoftOptions): Promise<void> {
    this.outstanding.length = 0;
    this.#options = options;
    await this.#control("reset", {});
  }

  /** A request that is none of the connection's: a person's, or another system's. */
  send(input: string | URL, init?: RequestInit): Promise<Response> {
    return this.#sandbox.fetch(new Request(input, { redirect: "manual", ...init }));
  }

  async revoke(user: string, resource?: string): Promise<void> {
    await this.#control("revoke", { user, ...(resource !== undefined && { resource }) });
  }

  tokenRequest(life: number): Outstanding | undefined {
    return this.outstanding.find((one) => one.kind === "token" && one.life === life);
  }

  calls(life: number): Outstanding[] {
    return this.outstanding.filter((one) => one.kind === "call" && one.life === life);
  }

  /** Does what a request asks for, as if it had arrived though its sender died. */
  async serveUnheard({ request, form }: Outstanding): Promise<void> {
    const response = await this.#sandbox.fetch(withForm(request, form));
    await response.body?.cancel();
  }

  /** What the dead sent is answered no more. */
  bury(life: number): void {
    const living = this.outstanding.filter((one) => one.life !== life);
    this.outstanding.splice(0, this.outstanding.length, ...living);
  }

  async #receive(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const isToken = request.method === "POST" && url.pathname.endsWith("/oauth2/v2.0/token");
    const isCall = request.headers.has("authorization");
    if (!isToken && !isCall) return this.#sandbox.fetch(request);
    const form = new URLSearchParams(
      isToken ? new TextDecoder().decode(await request.arrayBuffer()) : "",
    );
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const outstanding: Outstanding = {
      kind: isToken ? "token" : "call",
      life: this.#options?.life() ?? 0,
      request,
      form,
      give: (answer) => {
        outstanding.give = undefined;
        resolve(answer);
      },
    };
    this.outstanding.push(outstanding);
    const at = this.#options?.arrives(outstanding);
    if (at !== undefined) outstanding.give?.(at);
    const awake = setTimeout(() => undefined, patience);
    try {
      return await this.#answer(outstanding, await promise);
    } finally {
      clearTimeout(awake);
      const place = this.outstanding.indexOf(outstanding);
      if (place !== -1) this.outstanding.splice(place, 1);
      this.#options?.answered();
    }
  }

  async #answer({ kind, request, form }: Outstanding, answer: Answer): Promise<Response> {
    const incoming = kind === "token" ? withForm(request, form) : request;
    switch (answer.as) {
      case "service":
      case "withoutRefreshToken": {
        const response = await this.#sandbox.fetch(incoming);
        return kind === "token" ? this.#told(response, form, answer.as === "service") : response;
      }
      case "refusal":
        await this.#control("faults", {
          match: { url: request.url },
          times: 1,
          aadsts: answer.aadsts,
        });
        return this.#sandbox.fetch(incoming);
      case "status":
        return Response.json(
          {},
          {
            status: answer.status,
            ...(answer.retryAfter !== undefined && {
              headers: { "retry-after": String(answer.retryAfter) },
            }),
          },
        );
      case "lost":
        await (await this.#sandbox.fetch(incoming)).body?.cancel();
        throw new TypeError("Network connection lost.");
      case "reset":
        throw new TypeError("Network connection lost.");
    }
  }

  async #told(response: Response, form: URLSearchParams, rotates: boolean): Promise<Response> {
    if (!response.ok) return response;
    const { refresh_token: refreshToken, ...body } = await response.json<{
      access_token: string;
      refresh_token?: string;
    }>();
    const told = rotates && refreshToken !== undefined ? { refresh_token: refreshToken } : {};
    this.#options?.issued({
      redeemed: form.get("refresh_token") ?? form.get("code") ?? "",
      accessToken: body.access_token,
      refreshToken: told.refresh_token,
    });
    return Response.json({ ...body, ...told }, response);
  }

  async #control(path: string, body: unknown): Promise<void> {
    const response = await this.send(`${control}/${path}`, {
      method: "POST",
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  }
}

const withForm = (request: Request, form: URLSearchParams): Request =>
  new Request(request.url, { method: "POST", headers: request.headers, body: form.toString() });

/** What a service, as opposed to Entra, would answer. */
export function answerToCall(answer: Answer | undefined): Answer {
  switch (answer?.as) {
    case undefined:
    case "withoutRefreshToken":
      return { as: "service" };
    case "refusal":
      return { as: "status", status: 429, retryAfter: 7 };
    case "service":
    case "status":
    case "reset":
    case "lost":
      return answer;
  }
}
