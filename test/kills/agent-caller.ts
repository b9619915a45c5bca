import * as z from "zod";
import { ask, key, type Answer, type MaybeAnswer } from "../support/connection-caller.ts";
import {
  authorizePath,
  decisionOn,
  redemption,
  registration,
  type Pkce,
} from "../support/consent-form.ts";
import { mcpAnswerIn, mcpMessage } from "../support/mcp-message.ts";

/** A client asks for what its tools need here; its person allows all of it. */
const scope = "connections:read graph:read arm:read graph:write";
const form = "application/x-www-form-urlencoded";
const ownPage = { "sec-fetch-site": "same-origin" };

const registeredSchema = z.object({ client_id: z.string() });
const tokensSchema = z.object({ access_token: z.string(), refresh_token: z.string() });
const continueSchema = z.object({ data: z.object({ continue_url: z.string() }) });
const grantsSchema = z.object({ data: z.array(z.object({ id: z.string() })) });
const resultSchema = z.object({
  result: z.object({
    isError: z.boolean().optional(),
    resultType: z.string().optional(),
    requestState: z.string().optional(),
    structuredContent: z.record(z.string(), z.unknown()).optional(),
  }),
});

export type ToolResult = z.infer<typeof resultSchema>["result"];

/** What a grant gave its client last. */
export interface Tokens {
  access: string;
  refresh: string;
}

/** What a browser brings with it to the next step of a sign-in. */
export interface BrowserStep {
  /** Address or form that comes next. */
  next: string;
  cookie: string;
}

const jsonIn = ({ text }: Answer): unknown => JSON.parse(text);

export const clientIn = (answer: Answer): string =>
  registeredSchema.parse(jsonIn(answer)).client_id;
export const continueIn = (answer: Answer): string =>
  continueSchema.parse(jsonIn(answer)).data.continue_url;
export const grantsIn = (answer: Answer): string[] =>
  grantsSchema.parse(jsonIn(answer)).data.map(({ id }) => id);
export const toolResultIn = ({ text }: Answer): ToolResult =>
  resultSchema.parse(mcpAnswerIn(text)).result;
export function tokensIn(answer: Answer): Tokens {
  const { access_token: access, refresh_token: refresh } = tokensSchema.parse(jsonIn(answer));
  return { access, refresh };
}

/** What an answer's redirect says under a name; empty: nothing. */
export const redirectedWith = ({ headers }: Answer, name: string): string =>
  new URL(headers.get("location") ?? "about:blank").searchParams.get(name) ?? "";

/** The grant that a token is of. */
export const grantOf = ({ refresh }: Tokens): string => refresh.split(":")[1] ?? "";

export interface AgentCallerOptions {
  /** Of the Worker, as it is now. */
  url: () => string;
  userId: string;
  /** Told when the authorization server is asked for a change. */
  sent: () => void;
}

/** The program of an agent, the browser of its person and the host's server: one request each. */
export class AgentCaller {
  readonly #url: () => string;
  readonly userId: string;
  readonly #sent: () => void;

  constructor({ url, userId, sent }: AgentCallerOptions) {
    this.#url = url;
    this.userId = userId;
    this.#sent = sent;
  }

  register(): Promise<MaybeAnswer> {
    this.#sent();
    return this.#json("/oauth/register", registration("An agent under load"));
  }

  /** The page that asks for consent. */
  open(client: string, pkce: Pkce): Promise<MaybeAnswer> {
    const resource = `${this.#url()}/mcp`;
    this.#sent();
    return ask(this.#url() + authorizePath(client, pkce, { scope, resource }));
  }

  /** The person allows what a page asks. */
  allow({ next: page, cookie }: BrowserStep): Promise<MaybeAnswer> {
    return this.#form("/oauth/authorize", decisionOn(page), { cookie, ...ownPage });
  }

  /** The host's server says who is signed in. */
  tell({ next: state }: BrowserStep): Promise<MaybeAnswer> {
    return this.#json("/mcp/sign-ins", { state, user_id: this.userId }, key);
  }

  /** The browser comes back from the host. */
  comeBack({ next: url, cookie }: BrowserStep): Promise<MaybeAnswer> {
    this.#sent();
    return ask(url, { headers: { cookie } });
  }

  redeem(client: string, code: string, pkce: Pkce): Promise<MaybeAnswer> {
    return this.#form("/oauth/token", redemption(client, code, pkce));
  }

  refresh(client: string, token: string): Promise<MaybeAnswer> {
    const asked = { grant_type: "refresh_token", client_id: client, refresh_token: token };
    return this.#form("/oauth/token", asked);
  }

  /** The client gives its grant back. */
  revoke(client: string, token: string): Promise<MaybeAnswer> {
    const asked = { client_id: client, token, token_type_hint: "refresh_token" };
    return this.#form("/oauth/token", asked);
  }

  /** What the person sees of their agents. */
  grants(): Promise<MaybeAnswer> {
    return ask(`${this.#url()}/mcp/grants?user_id=${this.userId}`, { headers: key });
  }

  /** The person ends a grant. */
  end(grant: string): Promise<MaybeAnswer> {
    const url = `${this.#url()}/mcp/grants/${grant}?user_id=${this.userId}`;
    this.#sent();
    return ask(url, { method: "DELETE", headers: key });
  }

  /** Calls a tool, by a client that can show forms. @param more what it sends with the call */
  call(
    access: string,
    name: string,
    args: Record<string, unknown>,
    more: Record<string, unknown> = {},
  ): Promise<MaybeAnswer> {
    const { headers, body } = mcpMessage({
      method: "tools/call",
      params: { name, arguments: args, ...more },
      capabilities: { elicitation: { form: {} } },
      client: "kills",
    });
    return this.#json("/mcp?toolsets=connection,people,api", body, {
      ...headers,
      authorization: `Bearer ${access}`,
    });
  }

  #json(path: string, body: object, headers: Record<string, string> = {}): Promise<MaybeAnswer> {
    return ask(this.#url() + path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  }

  #form(
    path: string,
    fields: Record<string, string> | URLSearchParams,
    headers: Record<string, string> = {},
  ): Promise<MaybeAnswer> {
    this.#sent();
    return ask(this.#url() + path, {
      method: "POST",
      headers: { "content-type": form, ...headers },
      body: new URLSearchParams(fields).toString(),
    });
  }
}
