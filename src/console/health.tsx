import type { AppHealth } from "../contract/app-health.ts";
import { remedyActions } from "../contract/remedy.ts";
import { connectionStatuses } from "../contract/connection-info.ts";
import { Badge, Empty, now, Section, Shown, Table, Time, Title, useAsked } from "./parts.tsx";
import { remedies, statuses, type Tone } from "./words.ts";

/** The deployment as a whole: what it lacks, what it proves itself by, how its connections are. */
export function Health() {
  const asked = useAsked<AppHealth>("/health/app");
  return (
    <>
      <Title text="Health">
        <button onClick={asked.again}>Check again</button>
      </Title>
      <Shown asked={asked}>
        {(health) => (
          <>
            <p class="dim">
              Application <code>{health.client_id}</code>
            </p>
            <Problems problems={health.problems} />
            <Credentials credentials={health.credentials} />
            <Counts counts={health.connections} />
          </>
        )}
      </Shown>
    </>
  );
}

const Problems = ({ problems }: Pick<AppHealth, "problems">) => (
  <Section title="Problems of the deployment">
    {problems.length === 0 ? (
      <Empty>None: everything that it needs is there.</Empty>
    ) : (
      problems.map(({ error, command }) => (
        <div class="note bad" key={error}>
          <p>{error}</p>
          {command && <code>{command}</code>}
        </div>
      ))
    )}
  </Section>
);

const kinds: Readonly<Record<AppHealth["credentials"][number]["kind"], string>> = {
  assertion: "Assertion of another issuer",
  federation: "Federation key",
  certificate: "Certificate",
  secret: "Secret",
};

const day = 86_400_000;

/** A certificate is amber in its last month, and red in its last week. */
export function expiryTone(notAfter: string, at: number): Tone {
  const left = Date.parse(notAfter) - at;
  if (left < 7 * day) return "bad";
  return left < 30 * day ? "warn" : "good";
}

const Credentials = ({ credentials }: Pick<AppHealth, "credentials">) => (
  <Section title="Credentials of the application" note="in the order in which they are tried">
    <Table
      heads={["Kind", "Id", "Accepted by Microsoft", "Ends"]}
      rows={credentials.map(({ kind, id, works, aadsts, not_after: end }) => ({
        key: `${kind} ${id}`,
        cells: [
          kinds[kind],
          <code>{id}</code>,
          works === null ? (
            <Badge tone="mute">Not known yet</Badge>
          ) : works ? (
            <Badge tone="good">Yes</Badge>
          ) : (
            <Badge tone="bad">No{aadsts ? `, AADSTS${aadsts}` : ""}</Badge>
          ),
          end ? (
            <Badge tone={expiryTone(end, now.value)}>
              <Time at={end} />
            </Badge>
          ) : (
            "Not told"
          ),
        ],
      }))}
    />
  </Section>
);

function Counts({ counts }: { counts: AppHealth["connections"] }) {
  if (!counts) {
    return (
      <Section title="Connections">
        <Empty>They cannot be counted: the directory cannot be read.</Empty>
      </Section>
    );
  }
  const actions = remedyActions.filter((action) => counts.by_remedy[action]);
  return (
    <Section title="Connections" note={`${counts.total} in all`}>
      <ul class="tiles">
        {connectionStatuses.map((status) => (
          <li key={status}>
            <a href={`/console?status=${status}`} class={statuses[status].tone}>
              <b>{counts.by_status[status]}</b>
              {statuses[status].text}
            </a>
          </li>
        ))}
      </ul>
      {actions.length > 0 && (
        <Table
          heads={["What is needed", "Connections", "Who acts"]}
          rows={actions.map((action) => ({
            key: action,
            cells: [
              <a href={`/console?remedy=${action}`}>{remedies[action].text}</a>,
              counts.by_remedy[action],
              remedies[action].who,
            ],
          }))}
        />
      )}
    </Section>
  );
}
