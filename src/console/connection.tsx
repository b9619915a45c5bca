import { useEffect } from "preact/hooks";
import type { ConnectionEvent } from "../contract/connection-events.ts";
import type { ConnectionInfo } from "../contract/connection-info.ts";
import { ask, mayChange, state } from "./api.ts";
import { Deliveries } from "./deliveries.tsx";
import { Events } from "./events.tsx";
import { follow } from "./live.ts";
import { Granted } from "./granted.tsx";
import { Identity } from "./identity.tsx";
import { Actions, RemedyNote } from "./mending.tsx";
import { McpClients } from "./mcp-clients.tsx";
import { Badge, Failed, Loading, Section, Title, useAsked } from "./parts.tsx";
import { apiPath } from "./router.ts";
import { Runner } from "./runner.tsx";
import { useSignal } from "./signal.ts";
import { Legend, TokenLife } from "./token-life.tsx";
import { CoolDowns, Watches } from "./watches.tsx";
import { statuses } from "./words.ts";

/** Events that are kept of one connection. */
const most = 200;

/** One connection, as it is now: it follows its socket. */
export function ConnectionPage({ id }: { id: string }) {
  const path = apiPath(id);
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
          <Section title="Tokens" note={info.resources.length > 0 && <Legend />}>
            <TokenLife resources={info.resources} />
          </Section>
          <Granted info={info} />
        </div>
        <div class="beside">
          <Identity info={info} />
          <Section title="Events" note={<a href={`${apiPath(info.id)}/audit`}>Export</a>}>
            {events ? <Events events={events} /> : <Loading />}
          </Section>
        </div>
        <div>
          <Watches id={info.id} />
          <Section title="Cool-downs">
            <CoolDowns cooldowns={info.cooldowns} />
          </Section>
          {mayChange() && info.id.startsWith("user:") && <McpClients userId={userOf(info.id)} />}
          <Section title="Webhooks that are behind">
            <Deliveries id={info.id} />
          </Section>
          {state.value?.runner && mayChange() && <Runner id={info.id} />}
        </div>
      </div>
    </>
  );
}

/** Whose connection it is: `user:{user}` or `user:{user}:{label}`. */
const userOf = (id: string): string => id.split(":")[1] ?? "";
