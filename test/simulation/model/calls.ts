import { ownErrorHeader } from "../../../src/contract/errors.ts";
import { audienceAt, tenantAt } from "../microsoft/light-services.ts";
import type { Surroundings } from "./callers.ts";
import type { AccessTokenSeen } from "./ledger.ts";
import type { Outstanding } from "./microsoft.ts";
import type { Operation } from "./operation.ts";
import { targets, type CallTarget, type TargetName } from "./targets.ts";

export const methods = ["GET", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS"] as const;
type Method = (typeof methods)[number];
export const bodies = ["none", "small", "large", "streamed", "broken"] as const;
type Body = (typeof bodies)[number];

export type CallsCommand =
  /** Calls of one kind at the same time; `hold` leaves Microsoft's answers outstanding. */
  | {
      do: "request";
      target: TargetName;
      method: Method;
      body: Body;
      isOdd: boolean;
      /** The access tokens that it could bring are revoked first. */
      isRevoked: boolean;
      times: number;
      hold: boolean;
    }
  /** Calls to more drives than cool-downs are kept of, all of which ask for time. */
  | { do: "manyDrives" }
  /** A caller leaves before its answer is there. */
  | { do: "leave"; which: number };

/** A call, and what Microsoft saw of it. */
interface Call {
  operation: Operation;
  target: CallTarget;
  method: Method;
  /** Bytes. */
  sent: number;
  /** How each arrival was answered; 0: its sender heard nothing, undefined: not yet. */
  arrivals: { status: number | undefined }[];
  controller: AbortController;
}

type Asked = Pick<Extract<CallsCommand, { do: "request" }>, "method" | "body" | "isOdd"> & {
  target: CallTarget;
};

/** More than a connection keeps cool-downs of. */
const manyDrives = 50;
/** In one mailbox at a time. */
const laneWidth = 4;
const large = 70 * 1024;
/** What a caller could try to reach Microsoft with, and what no caller gets of Microsoft's. */
const forbiddenOut = [
  "cookie",
  "x-ms-authorization-auxiliary",
  "x-forwarded-for",
  "proxy-authorization",
];
const forbiddenIn = ["set-cookie", "www-authenticate", "x-azure-ref"];
const safe: ReadonlySet<string> = new Set<Method>(["GET", "HEAD", "OPTIONS"]);

/** Calls of every kind through the connection. */
export class Calls {
  readonly #around: Surroundings;
  readonly #calls = new Map<string, Call>();
  readonly #arrivals = new Map<Outstanding, { call: Call; arrival: Call["arrivals"][number] }>();
  /** By scope: until when Microsoft asked for no calls. */
  readonly #cooling = new Map<string, number>();

  /** In which life a call worked in which tenant, by {@link provenIn}: the next one may begin there. */
  readonly #proven = new Set<string>();

  /** Step in which {@link Calls.forget} was last called. */
  #forgotIn = -1;
  /** More cool-downs came than are kept. */
  #crowded = false;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  request(command: Extract<CallsCommand, { do: "request" }>): void {
    const { resource } = targets[command.target];
    const user = this.#around.tables?.grant.upn ?? undefined;
    if (command.isRevoked && resource !== undefined && user !== undefined) {
      this.#around.microsoft.services.revoke(user, resource);
    }
    const target = this.#targetOf(command.target, command.method);
    for (let count = 0; count < command.times; count += 1) this.#begin({ ...command, target });
  }

  manyDrives(): void {
    // Of so many those that end first are kept no longer.
    this.#cooling.clear();
    this.#crowded = true;
    for (let drive = 0; drive < manyDrives; drive += 1) {
      const url = `https://graph.microsoft.com/v1.0/drives/d${drive}/root`;
      const target = { url, resource: "graph", scope: `d${drive}` } as const;
      this.#begin({ target, method: "GET", body: "none", isOdd: false });
    }
  }

  /** What is asked for. A mailbox by the user's own name is that user's. */
  #targetOf(name: TargetName, method: Method): CallTarget {
    const target = targets[name];
    // ARM counts reads, writes and deletes apart.
    if (target.resource === "arm") return { ...target, scope: `${target.scope} ${kindOf(method)}` };
    const isOwn = this.#around.tables?.grant.upn === "ada@contoso.example";
    return name === "ownMailbox" && !isOwn ? { ...target, scope: "adaMailbox" } : target;
  }

  leave(which: number): void {
    const open = [...this.#calls.values()].filter(({ operation }) => operation.end === undefined);
    open[which % Math.max(open.length, 1)]?.controller.abort();
  }

  /** What Microsoft asked for is no longer known: the account it was asked of is gone. */
  forget(): void {
    this.#cooling.clear();
    this.#forgotIn = this.#around.step;
  }

  /** A call arrived at Microsoft. @returns the operation it belongs to, where it is one of these */
  arrived(outstanding: Outstanding): Operation | undefined {
    const { request } = outstanding;
    const url = new URL(request.url);
    this.#checkToken(request, url);
    const call = this.#calls.get(url.searchParams.get("op") ?? "");
    if (call === undefined) return undefined;
    this.#checkRepeat(call, request);
    const { scope } = call.target;
    const until = this.#cooling.get(scope) ?? 0;
    const isCooling = !this.#crowded && this.#around.now < until - this.#around.skew;
    if (isCooling) this.#fault(call, "was sent in a cool-down");
    if (scope.endsWith("ailbox") && request.method !== "OPTIONS")
      this.#checkLane(call, outstanding);
    if (call.arrivals.length === 0) this.#checkTenant(call, outstanding);
    const arrival = { status: undefined };
    call.arrivals.push(arrival);
    this.#arrivals.set(outstanding, { call, arrival });
    return call.operation;
  }

  served(outstanding: Outstanding, status: number): void {
    const known = this.#arrivals.get(outstanding);
    if (known !== undefined) known.arrival.status = status;
    this.#arrivals.delete(outstanding);
    const works = status > 0 && status < 400;
    if (works) this.#proven.add(provenIn(outstanding, this.#tokenOf(outstanding)?.tenantId));
    // What cannot be sent again proves nothing: its caller sends it, which has to begin there.
    if (status === 401 && known !== undefined && known.call.sent > 0)
      this.#proven.add(provenIn(outstanding, undefined));
  }

  /** Something was asked for by a link alone. */
  linked(request: Request): void {
    const { protocol, hostname } = new URL(request.url);
    // Entra's keys are read so too.
    if (hostname.startsWith("login.")) return;
    if (protocol !== "https:") this.#around.faults.push(`a link was followed to ${protocol}`);
    if (request.method !== "GET")
      this.#around.faults.push(`a link was followed by ${request.method}`);
    if (audienceAt(hostname) !== undefined) {
      this.#around.faults.push(`${hostname} was asked without a token`);
    }
    this.#checkHeaders(request);
  }

  #fault({ operation, method, target }: Call, text: string): void {
    this.#around.faults.push(`${operation.id}, ${method} ${target.url}, ${text}`);
  }

  #tokenOf({ request: { headers } }: Pick<Outstanding, "request">): AccessTokenSeen | undefined {
    return this.#around.ledger.access(headers.get("authorization")?.slice("Bearer ".length) ?? "");
  }

  /** A call begins in the tenant of the grant, unless one has worked in another. */
  #checkTenant(call: Call, outstanding: Outstanding): void {
    const { upn, homeTenant } = this.#around.tables?.grant ?? {};
    const token = this.#tokenOf(outstanding);
    if (token === undefined || token.user !== upn || token.tenantId === homeTenant) return;
    const ways = [token.tenantId, undefined].map((tenant) => provenIn(outstanding, tenant));
    if (!ways.some((way) => this.#proven.has(way)))
      this.#fault(call, `began in the tenant ${token.tenantId}, where none has worked`);
  }

  #checkToken(request: Request, { protocol, hostname }: URL): void {
    const issued = this.#tokenOf({ request });
    const audience = audienceAt(hostname);
    const expected = audience && resourceUris[audience];
    if (protocol !== "https:" || issued?.audience.replace(/\/$/, "") !== expected) {
      this.#around.faults.push(`${protocol}//${hostname} got a token for ${issued?.audience}`);
    }
  }

  #checkHeaders({ headers }: Request): void {
    const found = forbiddenOut.filter((name) => headers.has(name));
    if (found.length > 0) this.#around.faults.push(`Microsoft got ${found.join(", ")} of a caller`);
  }

  /** Microsoft gets a call again only where it did nothing, or where a link of its own ended. */
  #checkRepeat(call: Call, request: Request): void {
    this.#checkHeaders(request);
    const { arrivals, method, controller, target } = call;
    if (target.resource === undefined) this.#fault(call, "was sent");
    if (controller.signal.aborted) this.#fault(call, "was sent though its caller had left");
    const last = arrivals.at(-1);
    if (last === undefined) return;
    const { status = 0 } = last;
    const mayRepeat = status === 401 || (method === "GET" && status >= 300 && status < 400);
    if (!mayRepeat) this.#fault(call, `was sent again after ${status}`);
    if (arrivals.length >= (method === "GET" ? 4 : 2)) this.#fault(call, "was sent too often");
  }

  #checkLane(call: Call, outstanding: Outstanding): void {
    const { life } = outstanding;
    const others = [...this.#arrivals].filter(
      ([other, known]) =>
        other.life === life &&
        known.call.target.scope === call.target.scope &&
        known.call.method !== "OPTIONS",
    );
    if (others.length >= laneWidth) this.#fault(call, `was sent beside ${others.length} others`);
  }

  #begin({ target, method, body, isOdd }: Asked): void {
    const { stub } = this.#around;
    const { resource } = target;
    const named = tenantAt(target.url);
    this.#around.start(
      {
        kind: "call",
        ...(resource !== undefined && {
          asked: { resource, tenantId: undefined, ...(named !== undefined && { named }) },
        }),
      },
      async (operation) => {
        const url = new URL(target.url);
        url.searchParams.set("op", operation.id);
        const controller = new AbortController();
        const carried = body === "none" ? undefined : bodyOf(body);
        const sent = carried?.bytes ?? 0;
        const call = { operation, target, method, sent, arrivals: [], controller };
        this.#calls.set(operation.id, call);
        const response = await stub.fetch(url, {
          method,
          headers: {
            ...(isOdd ? oddHeaders : { "x-ms-version": "2021-08-06" }),
            ...carried?.headers,
          },
          signal: controller.signal,
          ...(carried !== undefined && { body: carried.body, duplex: "half" }),
        });
        // Before anything is awaited: the object may die, or a caller leave, while a body is read.
        this.#answered(call, response);
        const isBare = method === "GET" || method === "HEAD";
        if (carried !== undefined && (isBare || body === "broken") && response.status < 400) {
          this.#fault(call, `got ${response.status} with a body that cannot be sent`);
        }
        const text = await response.text();
        this.#read(call, response, text);
        return `${response.status} ${response.headers.get(ownErrorHeader) ?? ""}`;
      },
    );
  }

  #answered(call: Call, response: Response): void {
    const { status, headers } = response;
    const own = headers.get(ownErrorHeader);
    const { operation, target, arrivals } = call;
    const found = forbiddenIn.filter((name) => headers.has(name));
    if (found.length > 0) this.#fault(call, `got Microsoft's ${found.join(", ")}`);
    if (own === null && arrivals.length === 0) this.#fault(call, `got ${status} of nobody's`);
    const refusals = ["invalid_request", "app_misconfigured"];
    if (target.resource === undefined && !refusals.includes(own ?? "")) {
      this.#fault(call, `got ${status} ${own}`);
    }
    if (status !== 429 || own !== null || operation.since < this.#forgotIn) return;
    const wait = Number(headers.get("retry-after") ?? 1);
    if (!Number.isFinite(wait)) return;
    const until = this.#around.now + Math.min(wait, 900) * 1_000;
    this.#cooling.set(target.scope, Math.max(this.#cooling.get(target.scope) ?? 0, until));
  }

  #read(call: Call, { status, headers }: Response, text: string): void {
    const { method, sent, arrivals } = call;
    const own = headers.get(ownErrorHeader) !== null;
    const received = receivedIn(text) ?? sent;
    if (!own && status === 200 && received !== sent) {
      this.#fault(call, `sent ${sent} bytes, of which ${received} arrived`);
    }
    const isLost = own && status >= 503 && arrivals.at(-1)?.status === 0;
    if (isLost && !safe.has(method) && !text.includes('"outcome":"unknown"')) {
      this.#fault(call, "may be done, and its caller is not told so");
    }
  }
}

/** @param tenantId undefined: any */
function provenIn({ life, request: { url } }: Outstanding, tenantId: string | undefined): string {
  const { hostname, pathname } = new URL(url);
  const [, place = hostname] = /^\/subscriptions\/([^/]+)/.exec(pathname) ?? [];
  return `${life} ${place} ${tenantId ?? "any"}`;
}

const kindOf = (method: Method): string =>
  method === "DELETE" ? "deletes" : safe.has(method) ? "reads" : "writes";

const resourceUris = {
  graph: "https://graph.microsoft.com",
  arm: "https://management.azure.com",
  vault: "https://vault.azure.net",
  storage: "https://storage.azure.com",
} as const;

const oddHeaders = {
  "x-ms-version": "2021-08-06",
  authorization: "Bearer of.somebody.else",
  cookie: "session=1",
  prefer: 'outlook.body-content-type="text", IdType="ImmutableId"',
  "if-match": '"etag"',
  "x-ms-client-request-id": "own",
  "x-ms-authorization-auxiliary": "Bearer other",
  "x-forwarded-for": "10.0.0.1",
  "proxy-authorization": "Basic b3RoZXI=",
  "client-request-id": "11111111-2222-4333-8444-555555555556",
  "user-agent": "odd/1",
} as const;

function bodyOf(kind: Exclude<Body, "none">): {
  body: BodyInit;
  bytes: number;
  headers: Record<string, string>;
} {
  const lengthOf = (bytes: number) => ({ "content-length": String(bytes) });
  switch (kind) {
    case "small":
      return { body: '{"subject":"one"}', bytes: 17, headers: lengthOf(17) };
    case "large":
      return { body: "x".repeat(large), bytes: large, headers: lengthOf(large) };
    case "streamed":
      return { body: streamOf(["one ", "two"]), bytes: 7, headers: {} };
    case "broken":
      return { body: streamOf(["half"], true), bytes: 8, headers: lengthOf(8) };
  }
}

const streamOf = (parts: readonly string[], breaks = false): ReadableStream<Uint8Array> => {
  const left = [...parts];
  return new ReadableStream({
    pull(controller) {
      const next = left.shift();
      if (next !== undefined) controller.enqueue(new TextEncoder().encode(next));
      else if (breaks) controller.error(new TypeError("the caller broke off"));
      else controller.close();
    },
  });
};

/** Bytes that the service says it got; undefined where another answer came. */
function receivedIn(text: string): number | undefined {
  const [, received] = /"received":(\d+)/.exec(text) ?? [];
  return received === undefined ? undefined : Number(received);
}
