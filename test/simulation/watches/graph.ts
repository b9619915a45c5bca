import { Mailbox, type ItemChange } from "./mailbox.ts";

/** What can be watched, and what Graph promises for it. */
export const folders = {
  inbox: {
    resource: "me/mailFolders('inbox')/messages",
    delta: "/v1.0/me/mailFolders/inbox/messages/delta",
    longest: 10_080,
    /** Graph says when it removes a subscription, and when it could not deliver. */
    says: true,
  },
  tasks: {
    resource: "me/todo/lists/l1/tasks",
    delta: undefined,
    longest: 4_230,
    says: false,
  },
} as const;
export type FolderName = keyof typeof folders;
export const folderNames: readonly FolderName[] = ["inbox", "tasks"];

/** How Graph takes what is asked of it about subscriptions and deltas. */
export const graphManners = [
  "serves",
  /** It says nothing until the schedule lets it. */
  "hangs",
  /** It does what it is asked, and its answer is lost. */
  "loses",
  "resets",
  "fails",
  "throttles",
  "forbids",
  "isFull",
  "refuses",
  /** It could not reach the address. */
  "doubts",
  /** Of a while it allows short lives alone. */
  "shortens",
] as const;
export type GraphManner = (typeof graphManners)[number];

export const lifecycleWords = [
  "reauthorizationRequired",
  "subscriptionRemoved",
  "missed",
  "somethingNew",
] as const;
export type LifecycleWord = (typeof lifecycleWords)[number];

export interface Subscription {
  id: string;
  /** Whose token made it. */
  user: string;
  folder: FolderName;
  kinds: readonly string[];
  url: string;
  clientState: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
  /** `forgotten` and `removed` by Graph, `deleted` by its maker. */
  state: "there" | "forgotten" | "removed" | "deleted";
  /** Whether its maker got its answer; unknown while nobody knows. */
  isHeard: boolean;
}

/** Something that Graph has to post. */
export interface Notification {
  subscription: Subscription;
  /** Since when it waits, in milliseconds since the epoch. */
  at: number;
  change?: ItemChange;
  word?: LifecycleWord;
  /** Of the word `missed`: what could not be delivered. */
  missed?: ItemChange;
}

/** Graph tries so long, in milliseconds. */
const patience = 4 * 3_600_000;
const minute = 60_000;

export interface WatchedGraphOptions {
  now: () => number;
  /** Posts to this Worker. @returns its answer */
  post: (request: Request) => Promise<Response>;
}

/** Graph's subscriptions and what they are of, for the accounts of one schedule. */
export class WatchedGraph {
  readonly subscriptions: Subscription[] = [];
  /** What waits to be delivered, in the order in which it came to be. */
  waiting: Notification[] = [];
  /** Changes of which nobody was told, and nobody was told that. */
  readonly untold = new Set<string>();
  readonly #options: WatchedGraphOptions;
  readonly #mailboxes = new Map<string, Mailbox>();
  readonly #manners = new WeakMap<Request, GraphManner>();
  #manner: { name: GraphManner; left: number } = { name: "serves", left: Infinity };
  #ordinal = 0;
  #ids = 0;
  #answers = 0;

  constructor(options: WatchedGraphOptions) {
    this.#options = options;
  }

  /** @param times requests that are taken so; 0: all until something else is said */
  behave(name: GraphManner, times: number): void {
    this.#manner = { name, left: times === 0 ? Infinity : times };
  }

  /** Ordinal of the last change before a delta was read from its beginning: it tells of nothing deleted. */
  readFirst = 0;

  get serves(): boolean {
    return this.#manner.name === "serves";
  }

  /** Requests that were answered with something, in all. */
  get answers(): number {
    return this.#answers;
  }

  static asks({ url }: Request): boolean {
    const { hostname, pathname } = new URL(url);
    return (
      hostname === "graph.microsoft.com" &&
      /^\/v1\.0\/(subscriptions|me\/.*\/delta$)/.test(pathname)
    );
  }

  /** How the next request is taken. */
  arrives(request: Request): GraphManner {
    const { name } = this.#manner;
    this.#manner.left -= 1;
    if (this.#manner.left === 0) this.#manner = { name: "serves", left: Infinity };
    this.#manners.set(request, name);
    return name;
  }

  isLive = ({ state, expiresAt }: Subscription): boolean =>
    state === "there" && expiresAt > this.#options.now();

  byId(id: unknown): Subscription | undefined {
    return this.subscriptions.find((one) => one.id === id);
  }

  /** Something happens to one of a user's items; @returns undefined where there is none */
  change(
    user: string,
    folder: FolderName,
    { kind, which }: { kind: ItemChange["kind"]; which: number },
  ): ItemChange | undefined {
    this.#ordinal += 1;
    const at = this.#options.now();
    const change = this.mailbox(user, folder).change(kind, { which, ordinal: this.#ordinal, at });
    if (change === undefined) return undefined;
    const told = this.subscriptions.filter(
      (one) =>
        one.user === user && one.folder === folder && one.kinds.includes(kind) && this.isLive(one),
    );
    this.waiting.push(...told.map((subscription) => ({ subscription, at, change })));
    return change;
  }

  mailbox(user: string, folder: FolderName): Mailbox {
    const name = `${user} ${folder}`;
    const known = this.#mailboxes.get(name);
    if (known !== undefined) return known;
    const mailbox = new Mailbox();
    this.#mailboxes.set(name, mailbox);
    return mailbox;
  }

  say(subscription: Subscription, word: LifecycleWord): void {
    this.waiting.push({ subscription, at: this.#options.now(), word });
  }

  /** A notification comes to nobody: Graph says so where it does. @param at when it gives it up */
  lose({ subscription, change, missed }: Notification, at = this.#options.now()): void {
    // The word that a change was lost is lost itself.
    if (missed !== undefined) this.untold.add(untoldOf(subscription, missed));
    if (change === undefined) return;
    const says = folders[subscription.folder].says && this.isLive(subscription);
    if (!says) this.untold.add(untoldOf(subscription, change));
    else this.waiting.push({ subscription, at, word: "missed", missed: change });
  }

  /** What could not be delivered for hours is given up. */
  tick(): void {
    const isLate = ({ at }: Notification) => at <= this.#options.now() - patience;
    for (;;) {
      const late = this.waiting.filter(isLate);
      if (late.length === 0) return;
      this.waiting = this.waiting.filter((one) => !isLate(one));
      for (const one of late) this.lose(one, one.at + patience);
    }
  }

  /** The body of a POST of one or more of a subscription's. */
  bodyOf(notifications: readonly Notification[], clientState?: string): string {
    const value = notifications.map(({ subscription, change, word }) => ({
      subscriptionId: subscription.id,
      subscriptionExpirationDateTime: new Date(subscription.expiresAt).toISOString(),
      clientState: clientState ?? subscription.clientState,
      ...(word !== undefined && { lifecycleEvent: word }),
      ...(change !== undefined && {
        changeType: change.kind,
        resource: `Users/u/Messages/${change.item}`,
        resourceData: {
          id: change.item,
          ...(change.etag !== null && { "@odata.etag": change.etag }),
        },
      }),
    }));
    return JSON.stringify({ value });
  }

  /** Answers a request of a user whose token is good. */
  async serve(request: Request, user: string): Promise<Response> {
    this.#answers += 1;
    const manner = this.#manners.get(request) ?? "serves";
    const refused = refusalBy(manner);
    if (refused !== undefined) return refused;
    const url = new URL(request.url);
    const [, , name, id] = url.pathname.split("/");
    if (name !== "subscriptions") return this.#delta(url, user);
    if (request.method === "POST") return this.#create(request, user, manner);
    if (id === undefined) {
      const own = this.subscriptions.filter((one) => one.user === user && this.isLive(one));
      return Response.json({ value: own.map((one) => ({ ...viewOf(one), clientState: null })) });
    }
    const subscription = this.byId(id);
    if (subscription === undefined || subscription.user !== user || !this.isLive(subscription))
      return refusal(404, "ResourceNotFound", "The object was not found.");
    if (request.method === "DELETE") {
      subscription.state = "deleted";
      return new Response(null, { status: 204 });
    }
    if (request.method === "PATCH") {
      const { expirationDateTime } = await bodyIn(request);
      const late = this.#expiry(subscription.folder, expirationDateTime, manner);
      if (typeof late !== "number") return late;
      subscription.expiresAt = late;
    }
    return Response.json(viewOf(subscription));
  }

  #delta(url: URL, user: string): Response {
    if (![...url.searchParams.keys()].some((name) => name.endsWith("token"))) {
      this.readFirst = this.#ordinal;
    }
    const page = this.mailbox(user, "inbox").delta(url);
    return page === undefined
      ? refusal(410, "SyncStateNotFound", "The sync state generation is not found.")
      : Response.json(page);
  }

  async #create(request: Request, user: string, manner: GraphManner): Promise<Response> {
    const asked = await bodyIn(request);
    const folder = folderNames.find((name) => folders[name].resource === asked["resource"]);
    if (folder === undefined) return refusal(400, "InvalidRequest", "It is not supported.");
    const expiresAt = this.#expiry(folder, asked["expirationDateTime"], manner);
    if (typeof expiresAt !== "number") return expiresAt;
    const url = String(asked["notificationUrl"]);
    const isThere = () =>
      this.subscriptions.some((one) => one.url === url && one.user === user && this.isLive(one));
    const inUse = () => refusal(409, "ObjectIdentifierInUse", "It exists already.");
    if (isThere()) return inUse();
    if (!(await this.#repeats(url))) {
      return refusal(400, "ValidationError", "Subscription validation request failed.");
    }
    if (isThere()) return inUse();
    const subscription: Subscription = {
      id: `subscription-${(this.#ids += 1)}`,
      user,
      folder,
      kinds: String(asked["changeType"]).split(","),
      url,
      clientState: String(asked["clientState"]),
      expiresAt,
      state: "there",
      isHeard: false,
    };
    this.subscriptions.push(subscription);
    return Response.json(viewOf(subscription), { status: 201 });
  }

  /** Whether the address answers as Graph wants it to. */
  async #repeats(url: string): Promise<boolean> {
    const token = `Validation: of ${this.#ids}+1`;
    const asked = new URL(url);
    asked.searchParams.set("validationToken", token);
    const answer = await this.#options.post(new Request(asked, { method: "POST" }));
    const isText = /^text\/plain\b/.test(answer.headers.get("content-type") ?? "");
    return answer.status === 200 && isText && (await answer.text()) === token;
  }

  /** The end that is asked for, or Graph's refusal of it. */
  #expiry(folder: FolderName, asked: unknown, manner: GraphManner): number | Response {
    const at = Date.parse(String(asked));
    const now = this.#options.now();
    const most = manner === "shortens" ? 60 : folders[folder].longest;
    if (Number.isNaN(at) || at <= now) return refusal(400, "InvalidRequest", "It is in the past.");
    return at > now + most * minute
      ? refusal(400, "InvalidRequest", `Subscription expiration can only be ${most} minutes ahead.`)
      : at;
  }
}

export const untoldOf = ({ url }: Pick<Subscription, "url">, { ordinal }: ItemChange): string =>
  `${watchOf(url)} ${ordinal}`;

/** The watch that an address is of, and which of its subscriptions. */
export const watchOf = (url: string): string => addressOf(url).watch;

export function addressOf(url: string): { watch: string; incarnation: number } {
  const token = new URL(url).searchParams.get("watch") ?? "";
  const [, watch = "", incarnation = "0"] = /\.([0-9a-f]+)-(\d+)\./.exec(token) ?? [];
  return { watch, incarnation: Number(incarnation) };
}

const viewOf = ({ id, folder, kinds, url, clientState, expiresAt }: Subscription) => ({
  id,
  resource: folders[folder].resource,
  changeType: kinds.join(","),
  notificationUrl: url,
  clientState,
  expirationDateTime: new Date(expiresAt).toISOString(),
});

async function bodyIn(request: Request): Promise<Record<string, unknown>> {
  const body: Record<string, unknown> = JSON.parse(
    new TextDecoder().decode(await request.arrayBuffer()),
  );
  return body;
}

const refusal = (status: number, code: string, message: string): Response =>
  Response.json({ error: { code, message } }, { status });

function refusalBy(manner: GraphManner): Response | undefined {
  switch (manner) {
    case "forbids":
      return refusal(
        403,
        "ExtensionError",
        "Operation: Create; Exception: [Status Code: Forbidden]",
      );
    case "isFull":
      return refusal(403, "Forbidden", "Subscription quota has been exceeded.");
    case "refuses":
      return refusal(400, "InvalidRequest", "It is not supported.");
    case "doubts":
      return refusal(400, "ValidationError", "Subscription validation request failed.");
    case "serves":
    case "hangs":
    case "loses":
    case "resets":
    case "fails":
    case "throttles":
    case "shortens":
      return undefined;
  }
}
