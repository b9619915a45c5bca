import { env } from "cloudflare:workers";
import { actorOf, expectOk } from "../../integration/support/connections.ts";
import { refreshTokenOf } from "../../integration/support/imports.ts";
import { moveTo, stopClock } from "./clock.ts";
import { entraLine } from "./entra-line.ts";
import { alarmOf } from "./ledger.ts";
import { ring } from "./measured-actor.ts";

const connections = 300;
const second = 1_000;
const minute = 60 * second;
/** After the sign-in: a moment before the first of the tokens, which live an hour, is due. */
const begins = 48 * minute;
const lasts = 30 * minute;
/** Alarms so close together ring together, as late as the last of them: the platform's are no nearer. */
const together = 500;
/** As long as the recovery is watched. */
const watched = 60 * minute;

export interface Recovery {
  connections: number;
  /** Token POSTs while the outage lasted, and from its end until all were fresh. */
  posts: { during: number; after: number };
  /** The most token POSTs in one second. */
  peak: { during: number; after: number };
  /** Milliseconds from the outage's end until each connection was fresh, in order. */
  fresh: number[];
}

/**
 * Entra is out for half an hour, and every connection becomes due while it is: all were made at the
 * same moment and have used both their tokens. Alarms ring in the order of their time, on a clock that
 * stands still while one of them works.
 */
export async function outage(): Promise<Recovery> {
  stopClock();
  const start = Date.now();
  const crowd = await connectAll();
  await ringUntil(crowd, start + begins);
  entraLine.cut = true;
  entraLine.posts = [];
  const end = start + begins + lasts;
  await ringUntil(crowd, end);
  const during = entraLine.posts;
  entraLine.cut = false;
  entraLine.posts = [];
  const fresh: number[] = [];
  const stale = new Set(crowd);
  await ringUntil(crowd, end + watched, async (member) => {
    if (stale.has(member) && (await isFresh(member.id))) {
      stale.delete(member);
      fresh.push(Date.now() - end);
    }
    return stale.size > 0;
  });
  return {
    connections,
    posts: { during: during.length, after: entraLine.posts.length },
    peak: { during: peakOf(during), after: peakOf(entraLine.posts) },
    fresh,
  };
}

interface Member {
  id: string;
  /** Its object's, in the ledger. */
  key: string;
}

async function connectAll(): Promise<Member[]> {
  const refreshToken = await refreshTokenOf("ada@contoso.example");
  const crowd = Array.from({ length: connections }, (_, index) => {
    const id = `user:outage-${index}`;
    return { id, key: env.AZURE_CONNECTION.idFromName(id).toString() };
  });
  for (const { id } of crowd) {
    // Keeps the sandbox's clock at this one, which stands.
    await moveTo(Date.now());
    const stub = actorOf(id);
    expectOk(await stub.import({ refreshToken }));
    for (const resource of ["graph", "arm"]) expectOk(await stub.accessToken({ resource }));
  }
  return crowd;
}

/**
 * Rings what is due until a moment.
 *
 * @param rung told of each ring; false ends it early
 */
async function ringUntil(
  crowd: readonly Member[],
  until: number,
  rung: (member: Member) => Promise<boolean> = async () => true,
): Promise<void> {
  for (;;) {
    const due = nextOf(crowd, until);
    const last = due.at(-1);
    if (last === undefined) break;
    await moveTo(last.at);
    await Promise.all(due.map(({ member }) => ring(member.id)));
    const goOn = await Promise.all(due.map(({ member }) => rung(member)));
    if (goOn.includes(false)) return;
  }
  await moveTo(until);
}

/** The alarms that ring next, in the order of their time. */
function nextOf(crowd: readonly Member[], until: number): { member: Member; at: number }[] {
  const due = crowd
    .flatMap((member) => {
      const at = alarmOf(member.key);
      return at === undefined || at > until ? [] : [{ member, at }];
    })
    .sort((one, other) => one.at - other.at);
  const first = due[0]?.at ?? until;
  return due.filter(({ at }) => at <= first + together);
}

/** Whether a caller would be served, whatever it asks for. */
async function isFresh(id: string): Promise<boolean> {
  const { status, resources } = expectOk(await actorOf(id).info());
  const now = Date.now();
  return (
    status === "active" &&
    resources.every(({ expires_at: end }) => end !== null && Date.parse(end) > now)
  );
}

function peakOf(times: readonly number[]): number {
  const perSecond = new Map<number, number>();
  for (const time of times) {
    const bin = Math.floor(time / second);
    perSecond.set(bin, (perSecond.get(bin) ?? 0) + 1);
  }
  return Math.max(0, ...perSecond.values());
}
