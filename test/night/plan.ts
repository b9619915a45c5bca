/** One campaign of a night: a script of package.json, and how it is called. */
export interface Job {
  name: string;
  script: "simulate" | "kills" | "soak" | "bench";
  arguments: readonly string[];
}

/** How a campaign is called by a seed. */
interface Campaign {
  name: string;
  /** Minutes it takes on two cores: one that does not fit into what is left is not begun. */
  minutes: number;
  /** Seeds that it uses up. */
  seeds: number;
  job: (seed: number) => Omit<Job, "name">;
}

const simulate =
  (runs: number, ...kind: string[]) =>
  (seed: number): Omit<Job, "name"> => ({
    script: "simulate",
    arguments: [...kind, "--runs", String(runs), "--seed", String(seed)],
  });

/** In the order of their turns. A seed of the simulation is 5,000 schedules. */
export const campaigns: readonly Campaign[] = [
  { name: "schedules of users", minutes: 2, seeds: 5, job: simulate(25_000) },
  { name: "schedules of tenants", minutes: 1, seeds: 2, job: simulate(10_000, "--tenants") },
  { name: "schedules of watches", minutes: 2, seeds: 2, job: simulate(10_000, "--watches") },
  {
    name: "kills",
    minutes: 3,
    seeds: 1,
    job: (seed) => ({ script: "kills", arguments: ["--kills", "30", "--seed", String(seed)] }),
  },
  {
    name: "soak",
    minutes: 6,
    seeds: 1,
    job: (seed) => ({ script: "soak", arguments: ["--minutes", "5", "--seed", String(seed)] }),
  },
  {
    name: "bench",
    minutes: 10,
    seeds: 0,
    job: () => ({ script: "bench", arguments: ["--json"] }),
  },
];

/** Where a night stands. */
export interface Turn {
  /** Counts campaigns that had their turn, begun or not. */
  number: number;
  /** The next that was not used. */
  seed: number;
}

/**
 * What is done next: the campaigns in turns, without those that would not end in time.
 *
 * @param minutes what is left
 * @returns undefined when nothing fits any more
 */
export function nextJob(
  { number, seed }: Turn,
  minutes: number,
): { job: Job; next: Turn } | undefined {
  for (let skipped = 0; skipped < campaigns.length; skipped += 1) {
    const campaign = campaigns[(number + skipped) % campaigns.length];
    if (campaign === undefined || campaign.minutes > minutes) continue;
    return {
      job: { name: campaign.name, ...campaign.job(seed) },
      next: { number: number + skipped + 1, seed: seed + campaign.seeds },
    };
  }
  return undefined;
}

/** @returns minutes of `8h`, `90m` or `1h30m`; undefined for anything else, and for nothing */
export function minutesIn(text: string): number | undefined {
  const [, hours = "0", minutes = "0"] = /^(?:(\d{1,3})h)?(?:(\d{1,4})m)?$/.exec(text) ?? [];
  const sum = Number(hours) * 60 + Number(minutes);
  return sum > 0 ? sum : undefined;
}
