import type { Deployment } from "./deployment.ts";
import type { TokenLedger } from "./ledger.ts";
import type { HandedToken, Operation } from "./operation.ts";
import type { EventSeen, Rows, Tables } from "./tables.ts";

/** Cool-downs that are kept. */
const mostCooldowns = 48;

/** What is seen of the world after a step. */
export interface WorldSeen {
  readonly tables: Tables | undefined;
  readonly rows: Rows | undefined;
  readonly operations: readonly Operation[];
  readonly handed: readonly HandedToken[];
  readonly ledger: TokenLedger;
  readonly tokenRequest: object | undefined;
  readonly ringing: boolean;
  readonly life: number;
  readonly isAlone: boolean;
  readonly wentAbroad: boolean;
  readonly isRedeployed: boolean;
  readonly secrets: Deployment["secrets"] | undefined;
  readonly keys: Deployment["keys"];
  /** With which secrets each fault of the application was met, by its fingerprint. */
  readonly refusedSecrets: ReadonlyMap<string, Deployment["secrets"]>;
}

/** Whether latches, claims, cool-downs and secrets stand as long as they should, and no longer. */
export class Standing {
  #life = 0;
  #rows: Rows | undefined;

  /**
   * @param before the tables one step ago
   * @param news the events since
   * @returns what does not hold
   */
  check(world: WorldSeen, before: Tables | undefined, news: readonly EventSeen[]): string[] {
    const { tables } = world;
    const faults = world.handed.flatMap((handed) => servedTooEarly(handed, tables));
    const life = this.#life;
    this.#life = world.life;
    const rows = this.#rows;
    this.#rows = world.rows;
    faults.push(...unchanged(world, rows, life));
    if (tables === undefined) return faults;
    return [
      ...faults,
      ...claims(tables),
      ...degraded(tables),
      ...ended(world, tables),
      ...intent(world, life, news),
      ...refreshToken(tables, world.ledger),
      ...sealing(world, news),
      ...idle(tables, world.ringing),
      ...restored(world, before, news),
      ...abroad(world, news),
      ...world.operations.flatMap((operation) => [
        ...refusedForNothing(operation, tables),
        ...untried(operation, world),
      ]),
    ];
  }
}

/** Bad input and questions leave the tables as they were; a life that begins with one may set its alarm. */
function unchanged(
  { rows, operations, isAlone, life }: WorldSeen,
  before: Rows | undefined,
  lifeBefore: number,
): string[] {
  const isStray = operations.length > 0 && operations.every(({ changes }) => changes === false);
  if (!isStray || !isAlone || life !== lifeBefore || rows === before) return [];
  const names = ["grant", "tokens", "intent", "events", "outbox", "signIns", "cooldowns"] as const;
  return names
    .filter((name) => JSON.stringify(rows?.[name]) !== JSON.stringify(before?.[name]))
    .map((name) => `what changes nothing changed ${name}`);
}

/** A secret that was never refused is tried before the application is called misconfigured. */
function untried(
  { kind, before, end }: Operation,
  { tables, secrets, refusedSecrets }: WorldSeen,
): string[] {
  const known = before?.grant.appError?.fingerprint;
  if (kind !== "token" || known === undefined || !isMisconfigured(end)) return [];
  // Asked meanwhile, and refused again.
  if (tables?.grant.appError?.fingerprint !== known) return [];
  const refused = refusedSecrets.get(known);
  return refused === undefined || secrets === undefined || refused === secrets
    ? []
    : [`the secrets ${secrets} were not tried, since ${refused} was refused`];
}

/** A latch or a cool-down that stood when somebody came, and still stands, lets nothing through. */
function servedTooEarly({ operation, token, at }: HandedToken, now: Tables | undefined): string[] {
  const { before, asked, id, kind } = operation;
  if (before === undefined || asked === undefined || now === undefined) return [];
  const faults = [];
  const old = before.rows.find((row) => row.token === token);
  if (old !== undefined) {
    const row = now.rows.find((one) => one.token === token);
    const isLatched = before.grant.remedy !== null && now.grant.remedy !== null;
    const isRowLatched = old.remedy !== null && row !== undefined && row.remedy !== null;
    if (isLatched || isRowLatched) faults.push(`${id} got a token in spite of a latch`);
  }
  if (kind !== "call") return faults;
  const ended = before.events.findLastIndex(({ type }) => type === "connection.disconnected");
  const throttled = before.events.slice(ended + 1).filter(({ type }) => type === "call.throttled");
  // Of too many those that end first are kept no longer.
  if (throttled.length >= mostCooldowns) return faults;
  const cooling = throttled.find(
    ({ data }) => data["applies_to"] === asked.appliesTo && Date.parse(String(data["until"])) > at,
  );
  if (cooling !== undefined) faults.push(`${id} was sent in a cool-down`);
  return faults;
}

/** What the next sign-in has to prove is kept for as long as a latch asks for it. */
function claims({ grant, rows }: Tables): string[] {
  const remedies = [grant.remedy, ...rows.map(({ remedy }) => remedy)];
  const faults = [];
  if (grant.claims !== null && remedies.every((remedy) => remedy === null)) {
    faults.push("claims are kept that no latch waits for");
  }
  if (grant.claims === null && remedies.includes("step_up")) {
    faults.push("the claims that a latch asks for are forgotten");
  }
  return faults;
}

/** A token that came since is the end of the trouble: only newer trouble degrades again. */
function degraded({ grant, events }: Tables): string[] {
  if (grant.status !== "degraded") return [];
  const lastOf = (name: string) => events.findLastIndex(({ type }) => type === name);
  return lastOf("token.refreshed") > lastOf("connection.degraded")
    ? ["the connection stays degraded though a token came since"]
    : [];
}

/** Of what was ended nothing is left that would latch, or be told of, what begins after it. */
function ended(world: WorldSeen, { grant, rows }: Tables): string[] {
  if (grant.status !== "disconnected") return [];
  const { remedy, claims: kept, appError } = grant;
  const cooldowns = world.rows?.cooldowns ?? [];
  const isLeft =
    rows.length > 0 || cooldowns.length > 0 || [remedy, kept, appError].some((one) => one !== null);
  return isLeft ? ["something was left of a grant that was ended, or written after its end"] : [];
}

/** An intent ends with its request, unless its process died. */
function intent(
  { tables, tokenRequest, ringing, life }: WorldSeen,
  lifeBefore: number,
  news: readonly EventSeen[],
): string[] {
  const left = tables?.intent;
  if (left === undefined || tokenRequest !== undefined || ringing || life !== lifeBefore) return [];
  return news.some(
    ({ type, data }) => type === "token.refreshed" && data["resource"] === left.resource,
  )
    ? ["an intent is left though its request has worked"]
    : [];
}

/** A refresh token that came with a token that is kept is kept too, unless a newer one is. */
function refreshToken({ grant, rows }: Tables, ledger: TokenLedger): string[] {
  const held = ledger.refresh(grant.refreshToken ?? "");
  if (held === undefined) return [];
  return rows.flatMap(({ resource, token }) => {
    const access = ledger.access(token ?? "");
    return access?.renewsGrant === true && access.ordinal > held.ordinal
      ? [`the refresh token that came with the ${resource} token is not kept`]
      : [];
  });
}

/** After a renewal the grant is sealed with the first key. */
function sealing({ isRedeployed, keys, rows }: WorldSeen, news: readonly EventSeen[]): string[] {
  const sealed = rows?.grant?.["refresh_token"];
  if (!isRedeployed || typeof sealed !== "string") return [];
  if (!news.some(({ type }) => type === "token.refreshed")) return [];
  const [first] = keys.split(",");
  return sealed.startsWith(`${first}.`) ? [] : ["a renewed grant is sealed with an old key"];
}

/** A grant that nobody uses is refreshed before Microsoft ends it: something always lies ahead. */
function idle({ grant, rows, alarm }: Tables, ringing: boolean): string[] {
  if (grant.status !== "active" || alarm !== null || ringing) return [];
  // Where each resource is latched there is nothing to ask.
  const home = rows.filter(({ tenantId }) => tenantId === grant.homeTenant);
  const isOpen = home.length === 0 || home.some(({ remedy }) => remedy === null);
  return isOpen ? ["an active connection has no alarm"] : [];
}

/** A backup is for what was lost: it replaces nothing, and what was ended stays ended. */
function restored(
  { operations }: WorldSeen,
  before: Tables | undefined,
  news: readonly EventSeen[],
): string[] {
  const signIns = operations.filter(({ kind }) => kind === "sign-in" || kind === "import");
  const isRestored =
    before !== undefined &&
    before.grant.status !== "pending" &&
    news.some(({ type }) => type === "connection.connected") &&
    signIns.every(({ restores }) => restores === true);
  return isRestored ? [`a backup was restored while ${before.grant.status}`] : [];
}

/** What another tenant says is no news of the connection. */
function abroad({ wentAbroad, operations }: WorldSeen, news: readonly EventSeen[]): string[] {
  const others = operations.some(({ kind }) => kind !== "token" && kind !== "alarm");
  if (!wentAbroad || others) return [];
  return news
    .filter(({ type }) => type === "connection.degraded" || type === "connection.action_required")
    .map(({ type }) => `${type} was told for what another tenant said`);
}

/** A call is not refused for want of a sign-in while nothing is latched. */
function refusedForNothing(
  { id, kind, before, asked, end, isChallenged }: Operation,
  { grant, rows, events }: Tables,
): string[] {
  if (kind !== "call" || before === undefined || isChallenged === true) return [];
  const isRefused = Object(valueOf(end)).refused === "action_required";
  if (!isRefused || before.grant.status !== "active" || grant.status !== "active") return [];
  const isLatched = [...before.rows, ...rows].some(
    (row) =>
      row.remedy !== null && row.resource === asked?.resource && row.tenantId === grant.homeTenant,
  );
  const last = before.events.at(-1)?.seq ?? 0;
  const isOther = events.some(({ seq, type }) => seq > last && type.startsWith("connection."));
  return isLatched || isOther ? [] : [`${id} was refused though nothing is latched`];
}

const valueOf = (end: Operation["end"]): unknown =>
  end !== undefined && "value" in end ? end.value : undefined;

/** The application was refused by Entra: neither a latch of a resource, nor a grant that does not open. */
function isMisconfigured(end: Operation["end"]): boolean {
  const { ok, error } = Object(valueOf(end));
  return (
    ok === false &&
    error.code === "app_misconfigured" &&
    error.remedy === undefined &&
    // Nor an object whose whole configuration is wrong.
    !["TOKEN_ENCRYPTION_KEYS", "AZURE_TENANT_ID"].includes(error.details?.variable)
  );
}
