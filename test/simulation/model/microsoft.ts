import type { OddAnswer } from "../../sandbox/chaos/odd-answer.ts";
import { play } from "../../sandbox/chaos/play.ts";
import { carried } from "../../sandbox/faults.ts";
import type { SettingsPatch } from "../../sandbox/settings.ts";
import type { Audience } from "../../sandbox/world.ts";

/** How a request ends. */
export type Answer =
  | { as: "service" }
  /** As Entra may: the old refresh token stays in use. */
  | { as: "withoutRefreshToken" }
  | { as: "refusal"; aadsts: number }
  | { as: "status"; status: number; retryAfter?: number | undefined }
  | { as: "reset" }
  /** Done, but nobody hears of it. */
  | { as: "lost" }
  /** One of the odd answers that Microsoft is known to give, by its name. */
  | { as: "odd"; name: string };

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
  /** The answer was changed on its way: what it says of the tokens may be untrue. */
  isOdd?: boolean;
}

/** What the token endpoint says, before it is an answer on the wire. */
export interface TokenAnswer {
  status: number;
  requestId: string;
  body: Readonly<Record<string, unknown>>;
}

/** Graph as far as watches ask it, for users whose tokens are good. */
export type WatchedPart = (request: Request, user: string) => Promise<Response>;

/** What Microsoft does by itself. */
export interface MicrosoftServices {
  /** Begins anew. */
  begin(settings: SettingsPatch, watched?: WatchedPart): void;
  /** @param refusal an AADSTS code that is answered in place of the work */
  token(request: Request, form: URLSearchParams, refusal?: number): Promise<TokenAnswer>;
  /** Any other request. */
  serve(request: Request): Promise<Response>;
  /** A sign-in in which a person approves everything: the query of the redirect. */
  approve(url: URL, account: string): Promise<URLSearchParams>;
  /** @param audience default: everything of the user's */
  revoke(user: string, audience: Audience | undefined): void;
}

export interface MicrosoftOptions {
  /** How a request is answered when it arrives, or undefined to hold it. */
  arrives: (request: Outstanding) => Answer | undefined;
  issued: (tokens: TokenSetSeen) => void;
  /** A request was answered with this status; 0: its sender heard nothing. */
  served: (request: Outstanding, status: number) => void;
  /** A request that brings no token. */
  linked: (request: Request) => void;
  settings: SettingsPatch;
  watched?: WatchedPart;
  /** An answer is on its way. */
  answered: () => void;
  life: () => number;
}

/** The odd answers by their names, for each kind of request. */
export type OddAnswers = Readonly<Record<Outstanding["kind"], ReadonlyMap<string, OddAnswer>>>;

const connectionLost = () => new TypeError("Network connection lost.");

/**
 * Microsoft behind a gate where each request of the connection waits for the schedule. No socket and no
 * other process takes part, so a seed runs the same each time.
 */
export class Microsoft {
  readonly outstanding: Outstanding[] = [];
  readonly services: MicrosoftServices;
  readonly #odd: OddAnswers;
  readonly #stayAwake: () => () => void;
  #options: MicrosoftOptions | undefined;

  /** @param stayAwake keeps the runtime from taking an object that waits for hung; returns what ends it */
  constructor(services: MicrosoftServices, odd: OddAnswers, stayAwake = () => () => {}) {
    this.services = services;
    this.#odd = odd;
    this.#stayAwake = stayAwake;
  }

  /** Begins a schedule: nothing of the one before is remembered. */
  begin(options: MicrosoftOptions): void {
    this.outstanding.length = 0;
    this.#options = options;
    this.services.begin(options.settings, options.watched);
  }

  tokenRequest(life: number): Outstanding | undefined {
    return this.outstanding.find((one) => one.kind === "token" && one.life === life);
  }

  calls(life: number): Outstanding[] {
    return this.outstanding.filter((one) => one.kind === "call" && one.life === life);
  }

  /** Does what a request asks for, as if it had arrived though its sender died. */
  async serveUnheard(outstanding: Outstanding): Promise<void> {
    await (await this.#serve(outstanding)).body?.cancel();
  }

  /** What the dead sent is answered no more. */
  bury(life: number): void {
    const living = this.outstanding.filter((one) => one.life !== life);
    this.outstanding.splice(0, this.outstanding.length, ...living);
  }

  /**
   * What the connection sends.
   *
   * @param isHeard who sent it still lives; else it is done, and nobody hears of it
   */
  async receive(request: Request, isHeard = true): Promise<Response> {
    const { pathname } = new URL(request.url);
    const isToken = request.method === "POST" && pathname.endsWith("/oauth2/v2.0/token");
    if (!isToken && !request.headers.has("authorization")) {
      this.#options?.linked(request);
      return this.services.serve(request);
    }
    const form = new URLSearchParams(isToken ? await textOf(request) : "");
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
    if (!isHeard) return this.#serve(outstanding);
    this.outstanding.push(outstanding);
    // Its sender waits no longer.
    request.signal.addEventListener("abort", () => {
      this.#forget(outstanding);
      outstanding.give?.({ as: "reset" });
    });
    const at = this.#options?.arrives(outstanding);
    if (at !== undefined) outstanding.give?.(at);
    const awake = this.#stayAwake();
    let status = 0;
    try {
      const response = await this.#answer(outstanding, await promise);
      ({ status } = response);
      return response;
    } finally {
      awake();
      this.#options?.served(outstanding, status);
      this.#forget(outstanding);
      this.#options?.answered();
    }
  }

  #forget(outstanding: Outstanding): void {
    const place = this.outstanding.indexOf(outstanding);
    if (place !== -1) this.outstanding.splice(place, 1);
  }

  async #serve({ kind, request, form }: Outstanding): Promise<Response> {
    return kind === "token"
      ? responseOf(await this.services.token(request, form))
      : this.services.serve(request);
  }

  async #answer(outstanding: Outstanding, answer: Answer): Promise<Response> {
    const { kind, request, form } = outstanding;
    switch (answer.as) {
      case "service":
      case "withoutRefreshToken": {
        if (kind !== "token") return this.#serve(outstanding);
        const { body, ...head } = await this.services.token(request, form);
        const told = { ...body };
        if (answer.as === "withoutRefreshToken") delete told["refresh_token"];
        if (head.status === 200) this.#tell(told, form);
        return responseOf({ ...head, body: told });
      }
      case "refusal":
        return responseOf(await this.services.token(request, form, answer.aadsts));
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
      case "odd": {
        const odd = this.#odd[kind].get(answer.name) ?? { as: "reset" };
        const served = () => this.#serve(outstanding);
        const response = await carried(await play(odd, request, served));
        if (kind !== "token" || odd.as !== "edit" || !response.ok) return response;
        const body: Record<string, unknown> = await response.json();
        this.#tell(body, form, true);
        return Response.json(body, response);
      }
      case "lost":
        await this.serveUnheard(outstanding);
        throw connectionLost();
      case "reset":
        throw connectionLost();
    }
  }

  /** Tells of tokens that are on their way. */
  #tell(
    { access_token: accessToken, refresh_token: refreshToken }: Readonly<Record<string, unknown>>,
    form: URLSearchParams,
    isOdd = false,
  ): void {
    if (typeof accessToken !== "string" || accessToken.split(".").length !== 3) return;
    this.#options?.issued({
      redeemed: form.get("refresh_token") ?? form.get("code") ?? "",
      accessToken,
      refreshToken: typeof refreshToken === "string" ? refreshToken : undefined,
      isOdd,
    });
  }
}

const responseOf = ({ status, requestId, body }: TokenAnswer): Response =>
  Response.json(body, { status, headers: { "x-ms-request-id": requestId } });

async function textOf(request: Request): Promise<string> {
  return new TextDecoder().decode(await request.arrayBuffer());
}

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
    case "odd":
      return answer;
  }
}
