import type { Doings } from "./fleet-connection.ts";
import { isWithin, periods, type Span } from "./timeline.ts";

const minute = 60_000;

/** Of a whole fleet, a second. */
interface Rate {
  mean: number;
  /** In the minute that had the most. */
  peak: number;
}

export interface PeriodFigures {
  period: string;
  /** What each costs. */
  rates: Record<keyof Doings, Rate>;
  /** Of the connections simulated, how many had their row written twice within a minute. */
  hasty: number;
}

export interface FleetReport {
  connections: number;
  /** Of how many connections the rates are. */
  scale: number;
  figures: PeriodFigures[];
}

/** @param scale connections that the figures are told for */
export function reportOn(fleet: readonly Doings[], scale: number): FleetReport {
  const factor = scale / fleet.length;
  const rate = (what: keyof Doings, span: Span): Rate => {
    const length = Math.ceil((span.until - span.from) / minute);
    const minutes = Array.from({ length }, () => 0);
    for (const doings of fleet) {
      for (const time of doings[what]) {
        if (!isWithin(span, time)) continue;
        const place = Math.floor((time - span.from) / minute);
        minutes[place] = (minutes[place] ?? 0) + 1;
      }
    }
    const perSecond = (count: number) => (count * factor) / 60;
    const total = minutes.reduce((sum, count) => sum + count, 0);
    return { mean: perSecond(total / minutes.length), peak: perSecond(Math.max(...minutes)) };
  };
  return {
    connections: fleet.length,
    scale,
    figures: Object.entries(periods).map(([period, span]) => ({
      period,
      rates: {
        calls: rate("calls", span),
        tokens: rate("tokens", span),
        alarms: rate("alarms", span),
        writes: rate("writes", span),
      },
      hasty: fleet.filter(({ writes }) => isHasty(writes, span)).length,
    })),
  };
}

const isHasty = (writes: readonly number[], span: Span): boolean =>
  writes.some((time, place) => {
    const before = writes[place - 1];
    return before !== undefined && time - before < minute && isWithin(span, time);
  });

/** A table in Markdown: mean and, behind it, the busiest minute. */
export function tableOf({ figures, scale, connections }: FleetReport): string {
  const cell = ({ mean, peak }: Rate) => `${mean.toFixed(1)} (${peak.toFixed(1)})`;
  const rows = figures.map(
    ({ period, hasty, rates: { calls, tokens, alarms, writes } }) =>
      `| ${period} | ${[calls, tokens, alarms, writes].map(cell).join(" | ")} | ${hasty} |`,
  );
  return [
    `A second, of ${scale} connections, in the mean (in the busiest minute); ${connections} were simulated.`,
    "",
    "| | calls | token POSTs | alarms | directory writes | rows written twice within a minute |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}
