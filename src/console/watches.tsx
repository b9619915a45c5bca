import type { ConnectionInfo } from "../contract/connection-info.ts";
import type { Watch } from "../contract/watch.ts";
import { Badge, Empty, Failed, Section, Table, Time, useAsked } from "./parts.tsx";
import { apiPath } from "./router.ts";
import type { Tone } from "./words.ts";

const watchStates: Readonly<Record<Watch["state"], { text: string; tone: Tone }>> = {
  active: { text: "Active", tone: "good" },
  pending: { text: "Pending", tone: "warn" },
  blocked: { text: "Blocked", tone: "bad" },
  refused: { text: "Refused", tone: "bad" },
  ended: { text: "Ended", tone: "mute" },
};

/** What of a connection's data is watched. */
export function Watches({ id }: { id: string }) {
  const { answer, again } = useAsked<Watch[]>(`${apiPath(id)}/watches`, 10_000);
  return (
    <Section title="Watches">
      {answer?.ok === false && <Failed problem={answer.problem} again={again} />}
      {answer?.ok && answer.data.length === 0 && <Empty>Nothing is watched.</Empty>}
      {answer?.ok && answer.data.length > 0 && (
        <Table
          heads={["Resource", "State", "Expires"]}
          rows={answer.data.map((watch) => ({
            key: watch.id,
            cells: [
              <>
                <code>{watch.resource}</code>
                <small>{watch.change_types.join(", ")}</small>
              </>,
              <>
                <Badge tone={watchStates[watch.state].tone}>{watchStates[watch.state].text}</Badge>
                {watch.gap_since && (
                  <small>
                    Changes may be missing since <Time at={watch.gap_since} />
                  </small>
                )}
                {(watch.remedy ?? watch.error) && (
                  <small>{watch.remedy?.message ?? watch.error?.message}</small>
                )}
              </>,
              <Time at={watch.expires_at} none="—" />,
            ],
          }))}
        />
      )}
    </Section>
  );
}

/** Calls that wait, because Microsoft throttles them. */
export const CoolDowns = ({ cooldowns }: Pick<ConnectionInfo, "cooldowns">) =>
  cooldowns.length === 0 ? (
    <Empty>Nothing waits: Microsoft throttles no call of it.</Empty>
  ) : (
    <Table
      heads={["Calls of", "Wait"]}
      rows={cooldowns.map(({ applies_to: scope, until, remaining }) => ({
        key: scope,
        cells: [
          <code>{scope}</code>,
          remaining ? (
            Object.entries(remaining).map(([name, left]) => (
              <small key={name}>
                {name}: {left} left
              </small>
            ))
          ) : (
            <Time at={until} none="—" />
          ),
        ],
      }))}
    />
  );
