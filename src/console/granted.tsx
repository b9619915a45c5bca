import type { ConnectionInfo } from "../contract/connection-info.ts";
import { Badge, Empty, Scope, Section } from "./parts.tsx";
import { permissionsOf } from "./permissions.ts";

/** Permissions that were granted, against those that were asked for and those that were used. */
export function Granted({ info }: { info: ConnectionInfo }) {
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
            <Scope name={scope} /> {unused.includes(scope) && <Badge tone="warn">not used</Badge>}
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
