import type { Random } from "../../support/random.ts";
import type { Span } from "./timeline.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** How the connections of a fleet are used, and what part of it each habit is. */
export const habits = {
  /** An agent's: a call every five minutes, day and night. */
  busy: 0.05,
  /** A person's: six calls in the eight hours of a working day, somewhere on earth. */
  daily: 0.25,
  /** Connected, and not used in these days. */
  idle: 0.7,
} as const;

export type Habit = keyof typeof habits;

/** When a connection of this habit is called, in order. */
export function callsOf(habit: Habit, { from, until }: Span, random: Random): number[] {
  switch (habit) {
    case "busy": {
      const first = from + random.between(0, 5 * minute);
      const count = Math.ceil((until - first) / (5 * minute));
      return Array.from({ length: count }, (_, index) => first + index * 5 * minute);
    }
    case "daily": {
      const morning = random.between(0, day);
      const days = Math.ceil((until - from) / day) + 1;
      return Array.from({ length: days * 6 }, (_, index) => {
        const work = from - day + Math.floor(index / 6) * day + morning;
        return work + random.between(0, 8 * hour);
      })
        .filter((time) => time >= from && time < until)
        .toSorted((one, other) => one - other);
    }
    case "idle":
      return [];
  }
}
