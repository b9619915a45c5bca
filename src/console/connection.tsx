import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ConnectionEvent } from "../contract/connection-events.ts";
import type { ConnectionInfo } from "../contract/connection-info.ts";
import type { Remedy } from "../contract/remedy.ts";
import type { Watch } from "../contract/watch.ts";
import { ask, mayChange, state } from "./api.ts";
import { Deliveries } from "./deliveries.tsx";
import { Events } from "./events.tsx";
import { follow } from "./live.ts";
import {
  Badge,
  Confirm,
  Copy,
  Empty,
  Failed,
  Loading,
  Section,
  Table,
  Time,
  Title,
  useAsked,
  useWork,
} from "./parts.tsx";
import { permissionsOf } from "./permissions.ts";
import { Runner } from "./runner.tsx";
import { Legend, TokenLife } from "./token-life.tsx";
import { remedies, statuses, type Tone } from "./words.ts";

/** Events that are kept of one connection. */
const most = 200;

const pathOf = (id: string): string => `/connections/${encodeURIComponent(id)}`;

/** One connection, as it is now: it follows its socket. */
export function ConnectionPage({ id }: { id: string }) {
  const path = pathOf(id);
  const { answer, again } = useAsked<ConnectionInfo>(path);
  const latest = useSignal<ConnectionInfo | undefined>(undefined);
  const events = useSignal<readonly ConnectionEvent[] | undefined>(undefined);
  const online = useSignal(false);
  const found = answer?.ok === true;
  useEffect(() => {
    if (answer?.ok) latest.value = answer.data;
  }, [answer]);
  useEffect(() => {
    if (!found) return undefined;
    const add = (more: readonly ConnectionEvent[]) => {
      const known = new Map([...(events.value ?? []), ...more].map((event) => [event.seq, event]));
      events.value = [...known.values()].sort((one, other) => other.seq - one.seq).slice(0, most);
    };
    const load = async () => {
      const kept = await ask<ConnectionEvent[]>(`${path}/events?limit=${most}`);
      if (kept.ok) add(kept.data);
    };
    return follow(id, {
      snapshot: ({ data }) => {
        latest.value = data;
        void load();
      },
      event: (event) => {
        add([event]);
        again();
      },
      online: (open) => {
        online.value = open;
        if (!open) again();
      },
    });
  }, [found, id]);
  if (answer?.ok === false) {
    return (
      <>
        <Title text={id} />
        <Failed problem={answer.problem} again={again} />
      </>
    );
  }
  const info = latest.value;
  if (!info) return <Loading />;
  return <View info={info} events={events.value} online={online.value} again={again} />;
}

interface Shown {
  info: ConnectionInfo;
  /** Undefined until they were read. */
  events: readonly ConnectionEvent[] | undefined;
  online: boolean;
  again: () => void;
}

function View({ info, events, online, again }: Shown) {
  const { text, tone } = statuses[info.status];
  return (
    <>
      <p class="crumb">
        <a href="/console">Connections</a>
      </p>
      <Title text={info.identity?.upn ?? info.id}>
        <span role="status">
          <Badge tone={tone}>{text}</Badge>
        </span>
        <Badge tone={online ? "good" : "mute"}>{online ? "Live" : "Not live"}</Badge>
      </Title>
      {info.remedy && <RemedyNote remedy={info.remedy} />}
      <Actions info={info} again={again} />
      <div class="columns">
        <div>
          <Section title="Tokens" note={<Legend />}>
            <TokenLife resources={info.resources} />
          </Section>
          <Permissions info={info} />
          <Watches id={info.id} />
          <Section title="Cool-downs">
            <CoolDowns cooldowns={info.cooldowns} />
          </Section>
          {state.value?.runner && mayChange() && <Runner id={info.id} />}
          <Section title="Webhooks that are behind">
            <Deliveries id={info.id} />
          </Section>
        </div>
        <div>
          <Identity info={info} />
          <Section title="Events" note={<a href={`${pathOf(info.id)}/audit`}>Export</a>}>
            {events ? <Events events={events} /> : <Loading />}
          </Section>
        </div>
      </div>
    </>
  );
}

const RemedyNote = ({ remedy }: { remedy: Remedy }) => (
  <div class="note bad" role="alert">
    <p>
      <b>{remedies[remedy.action].text}.</b> {remedy.message}
    </p>
    <p class="dim">
      {remedies[remedy.action].who} Since <Time at={remedy.since} />
      {remedy.aadsts ? `, AADSTS${remedy.aadsts}` : ""}.
    </p>
    <div class="actions">
      {remedy.connect_url?.startsWith("http") && (
        <>
          <a class="button" href={remedy.connect_url} target="_blank" rel="noreferrer">
            Open the reconnect link
          </a>
          <Copy text={remedy.connect_url} label="Copy it for the user" />
        </>
      )}
      {remedy.admin_consent_url && (
        <Copy text={remedy.admin_consent_url} label="Copy the administrator's link" />
      )}
    </div>
  </div>
);

function Actions({ info, again }: Pick<Shown, "info" | "again">) {
  const { busy, problem, run } = useWork();
  const asking = useSignal(false);
  if (!mayChange()) return null;
  const path = pathOf(info.id);
  const refresh = async () => {
    await run(ask(`${path}/refresh`, { method: "POST", body: {} }));
    again();
  };
  const disconnect = async () => {
    await run(ask(path, { method: "DELETE" }));
    again();
  };
  const held = info.status !== "disconnected" && info.status !== "pending";
  return (
    <>
      <div class="actions">
        <button disabled={busy} onClick={() => void refresh()}>
          Renew a token now
        </button>
        {info.status !== "disconnected" && (
          <button class="danger" disabled={busy} onClick={() => (asking.value = true)}>
            Disconnect…
          </button>
        )}
      </div>
      {problem.value && <Failed problem={problem.value} />}
      {asking.value && (
        <Confirm
          title={`Disconnect ${info.identity?.upn ?? info.id}?`}
          action="Disconnect"
          close={() => (asking.value = false)}
          confirmed={() => void disconnect()}
        >
          <p>
            {held
              ? "Its grant and every token are forgotten, its watches end, and the application can no longer act for this account."
              : "Its open sign-ins are forgotten."}
          </p>
          <p>
            <b>This cannot be undone here:</b> the account's owner has to connect it anew.
          </p>
        </Confirm>
      )}
    </>
  );
}

const Identity = ({ info }: Pick<Shown, "info">) => (
  <Section title="Identity">
    <dl>
      <dt>Connection</dt>
      <dd>
        <code>{info.id}</code>
      </dd>
      {info.identity && (
        <>
          <dt>Name</dt>
          <dd>{info.identity.name ?? "—"}</dd>
          <dt>Account</dt>
          <dd>{info.identity.upn ?? "—"}</dd>
          <dt>Tenant</dt>
          <dd>
            <code>{info.identity.tenant_id}</code>
          </dd>
          <dt>Object</dt>
          <dd>
            <code>{info.identity.object_id}</code>
          </dd>
        </>
      )}
      {info.proof && (
        <>
          <dt>Proof</dt>
          <dd>{info.proof === "consent" ? "An administrator consented" : "Asserted by you"}</dd>
        </>
      )}
      <dt>Created</dt>
      <dd>
        <Time at={info.created_at} />
      </dd>
      <dt>Last renewed</dt>
      <dd>
        <Time at={info.last_refresh_at} />
      </dd>
      <dt>Last used</dt>
      <dd>
        <Time at={info.last_used_at} />
      </dd>
    </dl>
  </Section>
);

function Permissions({ info }: Pick<Shown, "info">) {
  const { granted, lacking, unused, smaller, sure } = permissionsOf(info);
  if (granted.length === 0 && lacking.length === 0) {
    return (
      <Section title="Permissions">
        <Empty>None were granted.</Empty>
      </Section>
    );
  }
  return (
    <Section title="Permissions" note={`${granted.length} granted`}>
      <ul class="chips">
        {lacking.map((scope) => (
          <li key={scope}>
            <Badge tone="bad">{scope} · asked for, not granted</Badge>
          </li>
        ))}
        {granted.map((scope) => (
          <li key={scope}>
            <code>{scope}</code> {unused.includes(scope) && <Badge tone="warn">not used</Badge>}
          </li>
        ))}
      </ul>
      {unused.length > 0 && (
        <p>
          What its calls needed so far: <code>{smaller.join(" ") || "nothing"}</code>.{" "}
          {sure
            ? "Ask for this alone at the next sign-in."
            : "Some of its calls need a permission that is not known here: keep what they are for."}
        </p>
      )}
    </Section>
  );
}

const watchStates: Readonly<Record<Watch["state"], { text: string; tone: Tone }>> = {
  active: { text: "Active", tone: "good" },
  pending: { text: "Pending", tone: "warn" },
  blocked: { text: "Blocked", tone: "bad" },
  refused: { text: "Refused", tone: "bad" },
  ended: { text: "Ended", tone: "mute" },
};

function Watches({ id }: { id: string }) {
  const { answer, again } = useAsked<Watch[]>(`${pathOf(id)}/watches`, 10_000);
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

const CoolDowns = ({ cooldowns }: Pick<ConnectionInfo, "cooldowns">) =>
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
