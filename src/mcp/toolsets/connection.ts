import * as z from "zod";
import { getConnection, listConnections } from "../../api/connections.ts";
import { connectionStatuses } from "../../contract/connection-info.ts";
import { defined } from "../../contract/defined.ts";
import { AzureError } from "../../contract/errors.ts";
import type { ConnectionInfo } from "../../contract/connection-info.ts";
import { parseConnectionId } from "../../contract/connection-id.ts";
import { listInput, listOf, listOutput, remedy, words } from "../fields.ts";
import { tool, wordsOf } from "../tool.ts";
import type { ToolCall } from "../tool-call.ts";

const status = z.enum(connectionStatuses);

const connectionStatus = tool({
  ...wordsOf(getConnection),
  toolset: "connection",
  input: {},
  output: z.object({
    status: z.enum([...connectionStatuses, "not_connected"]),
    account: words,
    name: words,
    tenant_id: words,
    granted: z.array(z.string()).meta({ description: "Microsoft permissions." }),
    scopes: z.array(z.string()),
    remedy: remedy.optional(),
    connect_url: words.meta({ description: "For the person to open." }),
  }),
  run: async (call) => {
    const { caller, config } = call.session.service;
    const scopes = [...caller.scopes];
    const info = await infoOf(call);
    if (info === undefined) {
      const link = defined({ connect_url: config.connectPageUrl });
      return { status: "not_connected", granted: [], scopes, ...link };
    }
    const { identity } = info;
    return {
      status: info.status,
      ...defined({
        account: identity?.upn ?? undefined,
        name: identity?.name ?? undefined,
        tenant_id: identity?.tenant_id,
        remedy: info.remedy,
        connect_url: info.remedy?.connect_url,
      }),
      granted: info.scopes,
      scopes,
    };
  },
});

/** @returns undefined where nothing was ever connected: here that is an answer, not an error */
async function infoOf(call: ToolCall): Promise<ConnectionInfo | undefined> {
  try {
    return await call.operation(getConnection, {});
  } catch (error) {
    if (error instanceof AzureError && error.code === "not_found") return undefined;
    throw error;
  }
}

const connectionList = tool({
  ...wordsOf(listConnections),
  toolset: "connection",
  input: listInput,
  output: listOutput({
    label: words,
    status,
    account: words,
  }),
  run: async (call, { top, cursor }) => {
    const { userId, label: own, oneAccount } = call.session;
    if (oneAccount) {
      const info = await infoOf(call);
      if (info === undefined) return { items: [] };
      const account = info.identity?.upn ?? undefined;
      return { items: [{ ...defined({ label: own, account }), status: info.status }] };
    }
    const page = await call.operation(listConnections, { userId, top, ...defined({ cursor }) });
    return listOf(page, ({ id, status: state, upn }) => {
      const owner = parseConnectionId(id);
      const label = owner?.kind === "user" ? owner.label : undefined;
      return { ...defined({ label, account: upn ?? undefined }), status: state };
    });
  },
});

export const connectionTools = [connectionStatus, connectionList];
