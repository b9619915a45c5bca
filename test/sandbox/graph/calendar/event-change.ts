import type { GraphState } from "../state.ts";
import type { Owner } from "../owner.ts";
import { changedEvent, changesOf } from "./event-input.ts";
import type { EventInput } from "./event-input.ts";
import type { EventException, Occurrence, StoredEvent } from "./event.ts";
import { ownTime } from "./calendar.ts";
import type { Calendar } from "./calendar.ts";
import { toSecond } from "../mail/mail-seed.ts";

/** A series with something else on one of its days. */
const withException = (
  series: StoredEvent,
  day: string,
  exception: EventException | null,
  now: number,
): StoredEvent => ({
  ...series,
  exceptions: { ...series.exceptions, [day]: exception },
  revision: series.revision + 1,
  lastModifiedDateTime: toSecond(now),
});

/** Keeps changes of an event; of an occurrence, as an exception of its series. Returns what is kept. */
export function keepChanges(
  calendar: Calendar,
  occurrence: Occurrence,
  changes: EventException,
  now: number,
): StoredEvent {
  const stored = calendar.stored(occurrence);
  if (occurrence.day === undefined) return calendar.put(changedEvent(stored, changes, now));
  // Its times are judged with what it is on that day.
  changedEvent(occurrence.event, changes, now);
  const exception = { ...stored.exceptions[occurrence.day], ...changes };
  return calendar.put(withException(stored, occurrence.day, exception, now));
}

/** Takes an event out of the calendar; an occurrence, out of its series, which is returned. */
export function takeOut(
  calendar: Calendar,
  occurrence: Occurrence,
  now: number,
): StoredEvent | undefined {
  const stored = calendar.stored(occurrence);
  if (occurrence.day !== undefined)
    return calendar.put(withException(stored, occurrence.day, null, now));
  calendar.log.delete(stored.key);
  return undefined;
}

/** An event as the body of PATCH says. Throws Exchange's 400. */
export function changeEvent(
  state: GraphState,
  owner: Owner,
  occurrence: Occurrence,
  input: EventInput,
): { shown: Occurrence; kept: StoredEvent } {
  const calendar = state.calendar(owner);
  const changes = changesOf(input, occurrence.event);
  const kept = keepChanges(calendar, occurrence, changes, state.world.now());
  if (input.recurrence === undefined || occurrence.day !== undefined)
    return { shown: again(calendar, occurrence, kept), kept };
  // Another pattern makes other occurrences: what was different on days of the old one is gone.
  const series = calendar.put({ ...kept, recurrence: input.recurrence, exceptions: {} });
  return { shown: ownTime(series), kept: series };
}

/** The same event or occurrence after a change. */
function again(calendar: Calendar, { day }: Occurrence, kept: StoredEvent): Occurrence {
  return day === undefined ? ownTime(kept) : calendar.on(kept, day);
}
