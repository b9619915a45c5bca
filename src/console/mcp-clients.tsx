import type { McpGrant } from "../contract/mcp-grant.ts";
import { ask } from "./api.ts";
import {
  Confirm,
  Failed,
  Scopes,
  Section,
  Shown,
  Table,
  Time,
  useAsked,
  useWork,
  type TableRow,
} from "./parts.tsx";
import { useSignal } from "./signal.ts";

/** The MCP clients that act for a user, and how to end what one was given: for who may change things. */
export function McpClients({ userId }: { userId: string }) {
  const query = new URLSearchParams({ user_id: userId });
  const asked = useAsked<McpGrant[]>(`/mcp/grants?${query}`, 10_000);
  const { busy, problem, run } = useWork();
  const asking = useSignal<McpGrant | undefined>(undefined);
  const revoke = async ({ id }: McpGrant) => {
    await run(ask(`/mcp/grants/${encodeURIComponent(id)}?${query}`, { method: "DELETE" }));
    asked.again();
  };
  const rowOf = (grant: McpGrant): TableRow => ({
    key: grant.id,
    cells: [
      <>
        {grant.client_name}
        <small>
          {grant.client_domain ?? "names itself so"}, returns to {grant.redirect_host}
          {grant.label && `, for the account ${grant.label}`}
        </small>
      </>,
      <Scopes of={grant.scopes} />,
      <Time at={grant.created_at} />,
      <Time at={grant.expires_at} none="—" />,
      <button
        class="danger"
        disabled={busy.value}
        aria-label={`Revoke what ${grant.client_name} was given`}
        onClick={() => (asking.value = grant)}
      >
        Revoke…
      </button>,
    ],
  });
  return (
    <Section title="MCP clients">
      {problem.value && <Failed problem={problem.value} />}
      <Shown asked={asked} none="No agent acts for this user.">
        {(grants) => (
          <Table heads={["Client", "May", "Since", "Ends", "Action"]} rows={grants.map(rowOf)} />
        )}
      </Shown>
      {asking.value && (
        <Confirm
          title={`Revoke what ${asking.value.client_name} was given?`}
          action="Revoke"
          close={() => (asking.value = undefined)}
          confirmed={() => {
            if (asking.value) void revoke(asking.value);
          }}
        >
          <p>Its tokens are refused from the next call on. The user can let it in again.</p>
        </Confirm>
      )}
    </Section>
  );
}
