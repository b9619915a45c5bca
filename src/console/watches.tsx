import type { ConnectionInfo } from "../contract/connection-info.ts";
import type { Watch } from "../contract/watch.ts";
import { Badge, Empty, Section, Shown, Table, Time, useAsked, type TableRow } from "./parts.tsx";
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
export const Watches = ({ id }: { id: string }) => (
  <Section title="Watches">
    <Shown asked={useAsked<Watch[]>(`${apiPath(id)}/watches`, 10_000)} none="Nothing is watched.">
      {(watches) => <Table heads={["Resource", "State", "Expires"]} rows={watches.map(rowOf)} />}
    </Shown>
  </Section>
);

function rowOf(watch: Watch): TableRow {
  const { text, tone } = watchStates[watch.state];
  const reason = watch.remedy ?? watch.error;
  return {
    key: watch.id,
    cells: [
      <>
        <code>{watch.resource}</code>
        <small>{watch.change_types.join(", ")}</small>
      </>,
      <>
        <Badge tone={tone}>{text}</Badge>
        {watch.gap_since && (
          <small>
            Changes may be missing since <Time at={watch.gap_since} />
          </small>
        )}
        {reason && <small>{reason.message}</small>}
      </>,
      <Time at={watch.expires_at} none="—" />,
    ],
  };
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
