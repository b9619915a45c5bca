import type { ConnectionResource } from "../contract/connection-info.ts";
import { Badge, Empty, now, Table, Time } from "./parts.tsx";
import { remedies, spanText } from "./words.ts";

/** Pixels of the drawing, whose width is that of its place. */
const row = 44;
const axis = 18;

interface Life {
  name: string;
  issued: number;
  used: number | undefined;
  renews: number;
  expires: number;
}

/** What there is to draw of a token; undefined where there is none. */
function lifeOf({ resource, ...times }: ConnectionResource): Life | undefined {
  const { issued_at: issued, first_used_at: used, refresh_at: renews, expires_at: expires } = times;
  if (!issued || !renews || !expires) return undefined;
  return {
    name: resource,
    issued: Date.parse(issued),
    used: used ? Date.parse(used) : undefined,
    renews: Date.parse(renews),
    expires: Date.parse(expires),
  };
}

/** The life of each access token: when it was issued, first used, will be renewed, and ends. */
export function TokenLife({ resources }: { resources: readonly ConnectionResource[] }) {
  if (resources.length === 0) return <Empty>There is no token.</Empty>;
  const lives = resources.map(lifeOf).filter((life) => life !== undefined);
  return (
    <>
      {lives.length > 0 && <Drawing lives={lives} />}
      <Table
        heads={["Resource", "Issued", "First used", "Renewed if used", "Expires"]}
        rows={resources.map((one) => ({
          key: `${one.resource} ${one.tenant_id}`,
          cells: [
            <>
              {one.resource}
              <small>token {one.generation}</small>
              {one.remedy && <Badge tone="bad">{remedies[one.remedy.action].text}</Badge>}
            </>,
            <Time at={one.issued_at} none="—" />,
            <Time at={one.first_used_at} none="not yet" />,
            <Time at={one.refresh_at} none="—" />,
            <Time at={one.expires_at} none="—" />,
          ],
        }))}
      />
    </>
  );
}

function Drawing({ lives }: { lives: readonly Life[] }) {
  const at = now.value;
  const begin = Math.min(at, ...lives.map(({ issued }) => issued));
  const end = Math.max(at, ...lives.map(({ expires }) => expires));
  const place = (time: number) => (100 * (time - begin)) / Math.max(1, end - begin);
  const across = (from: number, to: number) => ({
    x: `${place(from)}%`,
    width: `${Math.max(0.5, place(to) - place(from))}%`,
  });
  const here = `${place(at)}%`;
  const label = "The life of each token; the table below says it in words";
  return (
    <svg class="life" height={lives.length * row + axis} role="img" aria-label={label}>
      {lives.map(({ name, issued, used, renews, expires }, index) => {
        const y = index * row;
        const over = expires < at;
        const bar = { y: y + 20, height: 12, rx: 4 };
        return (
          <g key={name} class={over ? "over" : ""}>
            <text y={y + 14}>
              {name} · {over ? "ended" : "ends"} {spanText(expires - at)}
            </text>
            <rect class="whole" {...bar} {...across(issued, expires)} />
            <rect class="fresh" {...bar} {...across(issued, renews)} />
            <line x1={here} x2={here} y1={y + 16} y2={y + 36} />
            {used && <circle cx={`${place(used)}%`} cy={y + 26} r="4" />}
          </g>
        );
      })}
      <text
        class="now"
        x={here}
        y={lives.length * row + 12}
        text-anchor={place(at) > 50 ? "end" : "start"}
      >
        now
      </text>
    </svg>
  );
}

/** What the colours of the drawing mean. */
export const Legend = () => (
  <span class="legend" aria-hidden="true">
    <span>
      <i class="fresh" /> until it is renewed
    </span>
    <span>
      <i class="whole" /> until it expires
    </span>
    <span>
      <i class="used" /> first used
    </span>
  </span>
);
