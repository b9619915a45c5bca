import { ask } from "./api.ts";
import { Badge, Failed, Section, useWork } from "./parts.tsx";
import { useSignal } from "./signal.ts";

interface Result {
  status: number;
  permission: string;
  body: string | null;
}

/** JSON as a person reads it. */
function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), undefined, 2);
  } catch {
    return body;
  }
}

/** Reads from Graph or Azure as a connection, for administrators. */
export function Runner({ id }: { id: string }) {
  const { busy, problem, run } = useWork();
  const service = useSignal("graph");
  const path = useSignal("/v1.0/me");
  const result = useSignal<Result | undefined>(undefined);
  const send = async (event: Event) => {
    event.preventDefault();
    const body = { connection: id, service: service.value, path: path.value };
    result.value = await run(ask<Result>("/console/run", { method: "POST", body }));
  };
  const came = result.value;
  return (
    <Section title="Request" note="GET, as this connection; who sends one is in the log">
      <form class="filters" onSubmit={(event) => void send(event)}>
        <label>
          Service
          <select
            value={service.value}
            onChange={({ currentTarget }) => (service.value = currentTarget.value)}
          >
            <option value="graph">Graph</option>
            <option value="arm">Azure</option>
          </select>
        </label>
        <label class="wide">
          Path
          <input
            required
            value={path.value}
            onInput={({ currentTarget }) => (path.value = currentTarget.value)}
          />
        </label>
        <button disabled={busy.value}>Send</button>
      </form>
      {problem.value && <Failed problem={problem.value} />}
      {came && (
        <>
          <p role="status">
            <Badge tone={came.status < 400 ? "good" : "bad"}>{came.status}</Badge> Permission:{" "}
            <code>{came.permission}</code>
          </p>
          <pre tabIndex={0} aria-label="The answer">
            {came.body === null ? "It is too long to show." : pretty(came.body)}
          </pre>
        </>
      )}
    </Section>
  );
}
