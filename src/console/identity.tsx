import type { ConnectionInfo } from "../contract/connection-info.ts";
import { Section, Time } from "./parts.tsx";

/** Whose account it is, and since when. */
export const Identity = ({ info }: { info: ConnectionInfo }) => (
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
