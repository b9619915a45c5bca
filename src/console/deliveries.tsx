import type { Delivery } from "../contract/delivery.ts";
import { ask, mayChange } from "./api.ts";
import { Badge, Failed, Shown, Table, Time, useAsked, useWork, type TableRow } from "./parts.tsx";
import { apiPath } from "./router.ts";

const reasons: Readonly<Record<NonNullable<Delivery["reason"]>, string>> = {
  failing: "It took nothing for three days.",
  gone: "It answered that it wants no more (410).",
};

/** Receivers that have not got every event of a connection, with a button that tries one now. */
export function Deliveries({ id }: { id: string }) {
  const path = apiPath(id);
  const asked = useAsked<Delivery[]>(`${path}/deliveries`, 4_000);
  const { busy, problem, run } = useWork();
  const redeliver = async (sink: string) => {
    await run(ask(`${path}/redeliver`, { method: "POST", body: { sink } }));
    asked.again();
  };
  const changes = mayChange();
  const rowOf = ({ sink, state, reason, tried_at: tried, ...next }: Delivery): TableRow => ({
    key: sink,
    cells: [
      <code>{sink}</code>,
      <>
        <Badge tone={state === "paused" ? "bad" : "warn"}>
          {state === "paused" ? "Paused" : "Waiting"}
        </Badge>
        {reason && (
          <small>
            {reasons[reason]} Tried <Time at={tried} />.
          </small>
        )}
        {next.attempts > 0 && <small>Failed {next.attempts} times in a row.</small>}
      </>,
      <Time at={next.due_at} none="—" />,
      changes && (
        <button
          disabled={busy.value}
          aria-label={`Deliver to ${sink} now`}
          onClick={() => void redeliver(sink)}
        >
          Deliver now
        </button>
      ),
    ],
  });
  const heads = ["Receiver", "State", "Next try", ...(changes ? ["Action"] : [])];
  return (
    <>
      {problem.value && <Failed problem={problem.value} />}
      <Shown asked={asked} none="Every receiver has got every event.">
        {(behind) => <Table heads={heads} rows={behind.map(rowOf)} />}
      </Shown>
    </>
  );
}
