import type { ConnectionStatus } from "./connection-info.ts";
import type { RemedyAction } from "./remedy.ts";

/** A connection in a list: no token, not even encrypted. */
export interface ListedConnection {
  id: string;
  kind: "user" | "tenant";
  user_id: string | null;
  label: string | null;
  status: ConnectionStatus;
  remedy_action: RemedyAction | null;
  tenant_id: string | null;
  upn: string | null;
  scopes: string[];
  /** Times are RFC 3339. */
  created_at: string;
  updated_at: string;
  next_contact_at: string | null;
  /** `webhook:{id}` and `pipeline` that get its events no more. */
  paused_sinks: string[];
}
