import type { ConnectionEvent } from "../contract/connection-events.ts";
import { Empty, Time } from "./parts.tsx";
import { events as words } from "./words.ts";

/** What an event says beyond its name. */
function detailOf(event: ConnectionEvent): string {
  switch (event.type) {
    case "connection.degraded":
      return event.data.error.message;
    case "connection.action_required":
      return event.data.remedy.message;
    case "token.refreshed":
      return event.data.resource;
    case "token.refresh_failed":
      return `${event.data.resource}: ${event.data.error.message}`;
    case "call.throttled":
      return event.data.applies_to;
    case "watch.active":
    case "watch.ended":
      return event.data.resource;
    case "watch.blocked":
      return `${event.data.resource}: ${event.data.remedy.message}`;
    case "watch.refused":
      return `${event.data.resource}: ${event.data.error.message}`;
    case "watch.gap":
      return `${event.data.resource}: ${event.data.caught_up ? "read since" : event.data.reason}`;
    case "connection.pending":
    case "connection.connected":
    case "connection.recovered":
    case "connection.disconnected":
      return "";
  }
}

/** @param events the newest first */
export const Events = ({ events }: { events: readonly ConnectionEvent[] }) =>
  events.length === 0 ? (
    <Empty>Nothing has happened yet.</Empty>
  ) : (
    <ol class="events" tabIndex={0} aria-label="Events, the newest first">
      {events.map((event) => (
        <li key={event.seq} class={words[event.type].tone}>
          <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
            <circle cx="6" cy="6" r="5" />
          </svg>
          <b>{words[event.type].text}</b> <Time at={event.time} />
          {detailOf(event) && <p>{detailOf(event)}</p>}
        </li>
      ))}
    </ol>
  );
