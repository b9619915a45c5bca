import type { Delivery } from "../contract/delivery.ts";
import { ask, mayChange } from "./api.ts";
import { Badge, Empty, Failed, Table, Time, useAsked, useWork } from "./parts.tsx";
import { apiPath } from "./router.ts";

const reasons: Readonly<Record<NonNullable<Delivery["reason"]>, string>> = {
  failing: "It took nothing for three days.",
  gone: "It answered that it wants no more (410).",
};

/** Receivers that have not got every event of a connection, with a button that tries one now. */
export function Deliveries({ id }: { id: string }) {
  const path = apiPath(id);
  const { answer, again } = useAsked<Delivery[]>(`${path}/deliveries`, 4_000);
  const { busy, problem, run } = useWork();
  const redeliver = async (sink: string) => {
    await run(ask(`${path}/redeliver`, { method: "POST", body: { sink } }));
    again();
  };
  if (!answer) return null;
  if (!answer.ok) return <Failed problem={answer.problem} again={again} />;
  if (answer.data.length === 0) return <Empty>Every receiver has got every event.</Empty>;
  return (
    <>
      {problem.value && <Failed problem={problem.value} />}
      <Table
        heads={["Receiver", "State", "Next try", ...(mayChange() ? ["Action"] : [])]}
        rows={answer.data.map(
          ({ sink, state, reason, tried_at: tried, attempts, due_at: due }) => ({
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
                {attempts > 0 && <small>Failed {attempts} times in a row.</small>}
              </>,
              <Time at={due} none="—" />,
              ...(mayChange()
                ? [
                    <button
                      disabled={busy.value}
                      aria-label={`Deliver to ${sink} now`}
                      onClick={() => void redeliver(sink)}
                    >
                      Deliver now
                    </button>,
                  ]
                : []),
            ],
          }),
        )}
      />
    </>
  );
}
