import type { AppHealth } from "../contract/app-health.ts";
import type { ListedConnection } from "../contract/listed-connection.ts";
import { Deliveries } from "./deliveries.tsx";
import { Section, Shown, Title, useAsked } from "./parts.tsx";
import { address, connectionPath, withQuery } from "./router.ts";

const top = 25;

/** Receivers of events that get none of some connections for now, and how to have them tried again. */
export function Webhooks() {
  const health = useAsked<AppHealth>("/health/app");
  const query = new URLSearchParams({ paused: "true", top: String(top) });
  const cursor = address.value.searchParams.get("cursor");
  if (cursor) query.set("cursor", cursor);
  const asked = useAsked<ListedConnection[]>(`/connections?${query}`, 4_000);
  const paused = health.answer?.ok ? Object.entries(health.answer.data.paused_sinks ?? {}) : [];
  return (
    <>
      <Title text="Webhooks" />
      <p class="dim">
        A receiver that took nothing for three days is paused, and tried again with the first event
        after a day. One that answered 410 is paused until its entry in <code>WEBHOOKS</code> is
        another.
      </p>
      {paused.length > 0 && (
        <ul class="tiles">
          {paused.map(([sink, connections]) => (
            <li key={sink}>
              <span class="warn">
                <b>{connections}</b>
                <code>{sink}</code>
              </span>
            </li>
          ))}
        </ul>
      )}
      <Shown asked={asked} none="Nothing is paused: every receiver gets its events.">
        {(connections, next) => (
          <>
            {connections.map(({ id, upn }) => (
              <Section
                key={id}
                title={upn ?? id}
                note={<a href={connectionPath(id)}>Its connection</a>}
              >
                <Deliveries id={id} />
              </Section>
            ))}
            {next && (
              <nav class="pager" aria-label="Pages of the list">
                <a href={withQuery({ cursor: next })}>Next page</a>
              </nav>
            )}
          </>
        )}
      </Shown>
    </>
  );
}
