import { createWorld } from "../../sandbox/create-world.ts";
import type { WorldOptions } from "../../sandbox/create-world.ts";
import { createGraph, createGraphStorage } from "../../sandbox/graph/index.ts";

export const BASE = "https://graph.microsoft.com";
export const ADA = "ada@contoso.example";
export const GRACE = "grace@contoso.example";

/** Permissions that let a person do everything the sandbox knows. */
const EVERYTHING = [
  "User.ReadWrite.All",
  "Mail.Read",
  "Mail.ReadWrite",
  "Mail.Send",
  "Contacts.Read",
  "Calendars.Read",
  "Calendars.ReadWrite",
  "Files.ReadWrite",
];

export interface Entity {
  id: string;
  [member: string]: unknown;
}

export interface Body {
  value?: Entity[];
  "@odata.nextLink"?: string;
  "@odata.deltaLink"?: string;
  "@odata.count"?: number;
  error?: { code: string; message: string; innerError?: Record<string, string> };
  [member: string]: unknown;
}

export interface Said {
  status: number;
  headers: Headers;
  text: string;
  body: Body;
}

export interface SendOptions {
  /** Empty sends none. */
  token?: string;
  json?: unknown;
  body?: BodyInit;
  headers?: Record<string, string>;
}

async function said(response: Response): Promise<Said> {
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") ?? false;
  const body: Body = isJson && text !== "" ? JSON.parse(text) : {};
  return { status: response.status, headers: response.headers, text, body };
}

/** A Graph of its own, spoken to as Ada unless a token is given. */
export async function createGraphHarness(options: WorldOptions = {}) {
  const world = createWorld(options);
  const graph = createGraph(world);
  const storage = createGraphStorage(world);

  const tokenOf = async (user: string, scopes: readonly string[], tenantId?: string) => {
    const request = { audience: "graph" as const, user, scopes, claimsCapable: true };
    const { token } = await world.issueAccessToken({ ...request, tenantId });
    return token;
  };
  const appToken = async (tenantId: string, ...roles: string[]) => {
    const { token } = await world.issueAccessToken({ audience: "graph", tenantId, roles });
    return token;
  };
  const ada = await tokenOf(ADA, EVERYTHING);

  /** Sends to a path or to one of Graph's absolute links. */
  const send = async (method: string, target: string, options: SendOptions = {}) => {
    const { token = ada, json, body, headers } = options;
    const path = target.startsWith(BASE) ? target.slice(BASE.length) : `/v1.0${target}`;
    const content = json === undefined ? body : JSON.stringify(json);
    const response = await graph.request(
      path,
      {
        method,
        headers: {
          ...(token && { authorization: `Bearer ${token}` }),
          ...(json !== undefined && { "content-type": "application/json" }),
          ...headers,
        },
        ...(content !== undefined && { body: content }),
      },
      { base: BASE },
    );
    return said(response);
  };

  const get = (target: string, options: SendOptions = {}) => send("GET", target, options);

  /** Speaks to the storage host, as a client without a token does. */
  const store = async (method: string, url: string, options: SendOptions = {}) => {
    const { body, headers = {} } = options;
    const init = { method, headers, ...(body !== undefined && { body }) };
    return said(await storage.request(url, init, { base: new URL(url).origin }));
  };

  /** Every page from a first target on, by nextLink. */
  const pages = async (target: string, options: SendOptions = {}): Promise<Body[]> => {
    const all: Body[] = [];
    let next: string | undefined = target;
    while (next !== undefined) {
      const { body }: Said = await get(next, options);
      all.push(body);
      next = body["@odata.nextLink"];
    }
    return all;
  };

  return { world, graph, storage, send, get, store, pages, tokenOf, appToken, ada };
}

export type GraphHarness = Awaited<ReturnType<typeof createGraphHarness>>;

export const codeOf = ({ body }: Said) => body.error?.code;
export const namesOf = (body: Body, name: string) => body.value?.map((entity) => entity[name]);
