import type { Capability, ConnectionSeen } from "./capability.ts";
import { Lifecycle } from "./lifecycle.ts";
import { Standing } from "./standing.ts";
import type { HandedToken, Operation } from "./operation.ts";
import type { EventSeen, Tables } from "./tables.ts";
import type { World } from "./world.ts";

/** An intent that nobody looks after is looked after then, in milliseconds. */
const intentPatience = 30_000;

/** Access tokens that are kept, refusals of them included. */
const mostRows = 24;

const audiences: Readonly<Record<string, string>> = {
  graph: "https://graph.microsoft.com",
  arm: "https://management.azure.com",
  vault: "https://vault.azure.net",
  storage: "https://storage.azure.com",
};

/** Of other resources their name is their audience. */
const audienceOf = (resource: string): string => audiences[resource] ?? resource;

/** What holds between any two commands, whatever they were. */
export class Invariants {
  readonly #world: World;
  readonly #lifecycle = new Lifecycle();
  readonly #standing = new Standing();
  #before: Tables | undefined;
  #faults: string[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  /** What does not hold after the last step. */
  check(): string[] {
    const { tables, faults } = this.#world;
    this.#faults = faults.splice(0);
    if (this.#world.lost) this.#forget();
    if (tables === undefined) this.#gone();
    else {
      const news = this.#status(tables);
      this.#grant(tables, news);
      this.#rows(tables, news);
      this.#flight(tables);
      this.#alarm(tables);
    }
    for (const handed of this.#world.handed) this.#handed(handed);
    this.#told();
    this.#faults.push(...this.#standing.check(this.#world, this.#before, this.#lifecycle.news));
    this.#faults.push(...this.#capabilities((capability, seen) => capability.check(seen)));
    this.#before = tables;
    return this.#faults;
  }

  /** What did not heal of what the connection does beyond its grant. */
  healed(): string[] {
    return this.#capabilities((capability, seen) => capability.healed(seen));
  }

  #capabilities(ask: (capability: Capability, seen: ConnectionSeen) => string[]): string[] {
    const { id, tables, rows, capabilities } = this.#world;
    if (tables === undefined || rows === undefined) return [];
    return capabilities.flatMap((capability) => ask(capability, { id, tables, rows }));
  }

  #fault = (text: string): void => {
    this.#faults.push(text);
  };

  #gone(): void {
    const { status } = this.#lifecycle;
    if (status !== "none" && status !== "pending")
      this.#fault(`a connection that was ${status} is gone`);
    if (status === "pending" && this.#world.people.isAwaited)
      this.#fault("a connection is gone though a sign-in to it was begun");
    this.#forget();
  }

  /** What it knew and told counts no longer: another begins. */
  #forget(): void {
    this.#world.lost = false;
    this.#before = undefined;
    this.#lifecycle.forget();
    this.#world.watcher.forget();
    this.#world.people.forget();
    for (const capability of this.#world.capabilities) capability.forget();
  }

  /** Each transition is one of those there are, told once, and led to by somebody who may. */
  #status(tables: Tables): EventSeen[] {
    const { step } = this.#world;
    const before = this.#lifecycle.status;
    const { disconnectedAt } = this.#lifecycle;
    const signIns = this.#signIns().filter(({ since }) => since > disconnectedAt);
    const news = this.#lifecycle.read(tables.events, {
      step,
      signedIn: signIns.length > 0,
      fault: this.#fault,
    });
    const { grant } = tables;
    if (grant.status !== this.#lifecycle.status) {
      this.#fault(`the status is ${grant.status}, but what was told is ${this.#lifecycle.status}`);
    }
    const came =
      news.some(({ type }) => type === "connection.connected") || before === "disconnected";
    const held = grant.status !== "disconnected" && grant.status !== "pending";
    if (came && held && !signIns.some(({ account }) => account === grant.upn)) {
      this.#fault(`nobody signed in as ${grant.upn} since the disconnect`);
    }
    return news;
  }

  /** The refresh token is never an older one, and only a sign-in brings another's. */
  #grant({ grant, rows, intent }: Tables, news: readonly EventSeen[]): void {
    const { ledger } = this.#world;
    if (grant.status === "disconnected" || grant.status === "pending") {
      if (grant.refreshToken !== null) this.#fault(`${grant.status}, but a refresh token is held`);
      if (grant.upn !== null) this.#fault(`${grant.status}, but it is known whose it was`);
      if (rows.some(({ token }) => token !== null)) this.#fault(`${grant.status} with a token`);
      if (intent !== undefined) this.#fault(`${grant.status} with an intent`);
      return;
    }
    const now = grant.refreshToken === null ? undefined : ledger.refresh(grant.refreshToken);
    if (now === undefined) return this.#fault("the refresh token is none that Entra gave out");
    const old = this.#before?.grant;
    if (old === undefined || old.refreshToken === null) return;
    if (grant.generation < old.generation) this.#fault("the generation went back");
    const was = ledger.refresh(old.refreshToken);
    const signedIn = news.some(({ type }) => type === "connection.connected");
    const ended = news.some(({ type }) => type === "connection.disconnected");
    if (was?.root === now.root && now.ordinal < was.ordinal) {
      this.#fault("an older refresh token took the place of a newer one");
    }
    if (
      was?.root !== now.root &&
      !signedIn &&
      !this.#signIns().some(({ account }) => account === grant.upn)
    ) {
      this.#fault("the grant is another's though nobody signed in");
    }
    if (!ended && old.upn !== grant.upn) this.#fault(`${old.upn} was replaced by ${grant.upn}`);
  }

  /** What is stored is what was told, and for whom it is stored. */
  #rows({ grant, rows }: Tables, news: readonly EventSeen[]): void {
    const signedIn = this.#signIns().length > 0;
    if (rows.length > mostRows) this.#fault(`${rows.length} tokens are kept`);
    for (const row of rows) {
      if (row.token === null) continue;
      const token = this.#world.ledger.access(row.token);
      if (token === undefined) {
        this.#fault(`the ${row.resource} token is none that Entra gave out`);
        continue;
      }
      if (token.audience.replace(/\/$/, "") !== audienceOf(row.resource)) {
        this.#fault(`a token for ${token.audience} is kept for ${row.resource}`);
      }
      if (token.tenantId !== row.tenantId) this.#fault(`a ${row.resource} token of another tenant`);
      if (token.user !== grant.upn) this.#fault(`a ${row.resource} token of ${token.user}`);
      const old = rowOf(this.#before, row.resource, row.tenantId);
      if (old?.generation === row.generation && old.token === row.token) continue;
      if (old !== undefined && row.generation <= old.generation && !signedIn) {
        this.#fault(`generation ${row.generation} of ${row.resource} follows ${old.generation}`);
      }
      const told = news.some(
        ({ type, data }) =>
          type === "token.refreshed" &&
          data["resource"] === row.resource &&
          data["generation"] === row.generation,
      );
      if (!told && !signedIn) this.#fault(`nobody was told of ${row.resource} ${row.generation}`);
    }
  }

  /** A token request of the grant is written down before it goes out, and only while it is. */
  #flight({ grant, intent, alarm }: Tables): void {
    const { tokenRequest, ringing, restsUntil, now, skew } = this.#world;
    const scope = tokenRequest?.form.get("scope") ?? "";
    // A sign-in or an import asks for an identity, or redeems what is not stored yet.
    const redeems =
      tokenRequest !== undefined &&
      tokenRequest.form.get("refresh_token") === grant.refreshToken &&
      !scope.includes("openid");
    if (redeems && !scope.startsWith(audienceOf(intent?.resource ?? "none"))) {
      this.#fault("a token request is out that no intent tells of");
    }
    if (intent === undefined || redeems || ringing) return;
    const latest = Math.max(intent.startedAt + intentPatience, restsUntil, now) + skew;
    if (alarm === null || alarm > latest)
      this.#fault("an intent is left, and nobody looks after it");
  }

  /** The alarm is set for what is due, no later. */
  #alarm({ alarm, due }: Tables): void {
    const { ringing, restsUntil, now, skew } = this.#world;
    if (due === null || ringing) return;
    // What was due now is late by as much as the clock was set back since.
    const latest = Math.max(due, restsUntil, now) + skew;
    if (alarm === null) this.#fault(`no alarm, though ${due - now} ms from now something is due`);
    else if (alarm > latest) this.#fault(`the alarm is ${alarm - latest} ms late`);
  }

  /** Nobody gets a token that is old, expired, refused or for something else. */
  #handed({ operation, token, generation, expiresAt, at }: HandedToken): void {
    const { ledger, tables, skew } = this.#world;
    const { before, asked, id } = operation;
    const issued = ledger.access(token);
    if (issued === undefined || asked === undefined)
      return this.#fault(`${id} got an unknown token`);
    const told = generation ?? ledger.generation(token);
    const tenantId = asked.tenantId ?? tables?.grant.homeTenant ?? before?.grant.homeTenant;
    if (issued.audience.replace(/\/$/, "") !== audienceOf(asked.resource)) {
      this.#fault(`${id} asked for ${asked.resource} and got a token for ${issued.audience}`);
    }
    if (issued.tenantId !== tenantId && issued.tenantId !== asked.named) {
      this.#fault(`${id} got a token of another tenant`);
    }
    const { disconnectedAt } = this.#lifecycle;
    if (operation.since < disconnectedAt && disconnectedAt < this.#world.step)
      this.#fault(`${id} goes on though the connection was ended since`);
    const owner = before?.grant.upn ?? issued.user;
    if (issued.user !== owner) this.#fault(`${id} came for ${owner} and goes as ${issued.user}`);
    if (issued.expiresAt + skew <= at) this.#fault(`${id} got an expired token`);
    // Lifetimes are counted from the request, whose clock may have been set back since.
    if (expiresAt !== undefined && expiresAt > issued.expiresAt + 1_000 + skew) {
      this.#fault(`${id} was told that its token lives longer than it does`);
    }
    if (told !== undefined && told === asked.staleGeneration) {
      this.#fault(`${id} got the token that was refused`);
    }
    const row = before && rowOf(before, asked.resource, issued.tenantId);
    const held = row?.token === null ? undefined : row;
    const least = held?.generation ?? before?.grant.generation;
    const isOlder =
      told === undefined
        ? issued.ordinal < (ledger.access(held?.token ?? "")?.ordinal ?? 0)
        : held === undefined
          ? told <= (least ?? -1)
          : told < held.generation;
    if (isOlder) this.#fault(`${id} got generation ${told} after ${least}`);
    if (before?.grant.status === "disconnected" && !this.#hasNews(operation)) {
      this.#fault(`${id} got a token of a disconnected connection`);
    }
  }

  #hasNews({ before }: Operation): boolean {
    return (before?.events.at(-1)?.seq ?? 0) < this.#lifecycle.length;
  }

  /** A client is told what is written, in order and nothing else. */
  #told(): void {
    const { told } = this.#world.watcher;
    told.forEach((event, index) => {
      const last = told[index - 1]?.seq ?? 0;
      const isNext = event.isTruncated ? event.seq > last : event.seq === last + 1;
      if (!isNext) this.#fault(`event ${event.seq} was told after ${last}`);
      if (!this.#lifecycle.holds(event))
        this.#fault(`event ${event.seq} was told, but is not written`);
    });
    const { length } = this.#lifecycle;
    const last = told.at(-1)?.seq ?? 0;
    if (this.#world.watcher.isOpen && last < length) {
      this.#fault(`a client that watches was not told of event ${last + 1}`);
    }
  }

  /** Sign-ins and imports that were under way in this step. */
  #signIns(): Operation[] {
    return this.#world.operations.filter(({ kind }) => kind === "sign-in" || kind === "import");
  }
}

const rowOf = (tables: Tables | undefined, resource: string, tenantId: string) =>
  tables?.rows.find((row) => row.resource === resource && row.tenantId === tenantId);
