import { useEffect } from "preact/hooks";
import type { ConnectionStatus } from "../contract/connection-info.ts";
import type { ListedConnection } from "../contract/listed-connection.ts";
import { Badge, Shown, Table, Time, Title, useAsked, type TableRow } from "./parts.tsx";
import { address, connectionPath, go, withQuery } from "./router.ts";
import { useSignal } from "./signal.ts";
import { remedies, statuses } from "./words.ts";

/** Rows of one page, and how often they are read again. */
const top = 100;
const every = 4_000;

const filters = ["search", "status", "remedy", "paused"] as const;

/** All connections: what the address asks for, which is all that the page remembers. */
export function Connections() {
  const { searchParams } = address.value;
  const query = new URLSearchParams({ top: String(top) });
  for (const name of [...filters, "cursor"]) {
    const value = searchParams.get(name);
    if (value) query.set(name, value);
  }
  const asked = useAsked<ListedConnection[]>(`/connections?${query}`, every);
  const filtered = filters.some((name) => searchParams.has(name));
  return (
    <>
      <Title text="Connections" />
      <Filters />
      <Shown asked={asked} none={filtered ? noneSuch : noneYet}>
        {(connections, next) => (
          <div aria-busy={asked.stale}>
            <Table list heads={heads} rows={connections.map(rowOf)} />
            <nav class="pager" aria-label="Pages of the list">
              <span role="status">
                {connections.length} shown{next ? ", there are more" : ""}
              </span>
              {searchParams.has("cursor") && <a href={withQuery({ cursor: "" })}>First page</a>}
              {next && <a href={withQuery({ cursor: next })}>Next page</a>}
            </nav>
          </div>
        )}
      </Shown>
    </>
  );
}

const noneSuch = (
  <>
    No connection is like this. <a href="/console">Show all</a>
  </>
);
const noneYet = "Nobody is connected yet. A connection appears here when its first sign-in begins.";

const heads = ["Account", "Status", "What is needed", "Changed"];

function rowOf(row: ListedConnection): TableRow {
  const { text, tone } = statuses[row.status];
  const remedy = row.remedy_action && remedies[row.remedy_action];
  const paused = row.paused_sinks.length > 0;
  return {
    key: row.id,
    tone,
    cells: [
      <>
        <a href={connectionPath(row.id)}>{row.upn ?? row.id}</a>
        {row.upn && <small>{row.id}</small>}
      </>,
      <Badge tone={tone}>{text}</Badge>,
      <>
        {remedy && <span title={remedy.who}>{remedy.text} </span>}
        {paused && <Badge tone="warn">Webhook paused</Badge>}
        {!remedy && !paused && "—"}
      </>,
      <Time at={row.updated_at} />,
    ],
  };
}

/** Milliseconds after the last key before a search begins. */
const pause = 250;

function Filters() {
  const { searchParams } = address.value;
  const asked = searchParams.get("search") ?? "";
  const search = useSignal(asked);
  const set = (change: Record<string, string>) => go(withQuery({ ...change, cursor: "" }), true);
  useEffect(() => {
    const timer = setTimeout(() => {
      if (search.value !== asked) set({ search: search.value.trim() });
    }, pause);
    return () => clearTimeout(timer);
  }, [search.value]);
  // "Back", and a link without it, change the address alone.
  useEffect(() => {
    if (search.value.trim() !== asked) search.value = asked;
  }, [asked]);
  return (
    <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <label class="wide">
        Search
        <input
          type="search"
          placeholder="Name or id"
          maxLength={256}
          value={search.value}
          onInput={({ currentTarget }) => (search.value = currentTarget.value)}
        />
      </label>
      <Choice
        label="Status"
        name="status"
        options={Object.entries(statuses).map(([value, { text }]) => [value, text])}
        set={set}
      />
      <Choice
        label="What is needed"
        name="remedy"
        options={Object.entries(remedies).map(([value, { text }]) => [value, text])}
        set={set}
      />
      <Choice label="Webhooks" name="paused" options={[["true", "Paused"]]} set={set} />
    </form>
  );
}

function Choice({
  label,
  name,
  options,
  set,
}: {
  label: string;
  name: (typeof filters)[number];
  options: readonly (readonly [value: ConnectionStatus | string, text: string])[];
  set: (change: Record<string, string>) => void;
}) {
  return (
    <label>
      {label}
      <select
        value={address.value.searchParams.get(name) ?? ""}
        onChange={({ currentTarget }) => set({ [name]: currentTarget.value })}
      >
        <option value="">Any</option>
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
