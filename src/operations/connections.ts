import {
  confirmConnect,
  disconnect,
  getConnection,
  importConnection,
  listConnections,
  listDeliveries,
  listEvents,
  redeliver,
  refreshConnection,
  restoreConnection,
} from "../api/connections.ts";
import { connectionStub, ownStub } from "../connection/stub.ts";
import { userConnectionId } from "../contract/connection-owner.ts";
import { defined } from "../contract/defined.ts";
import { AzureError, invalidField } from "../contract/errors.ts";
import { orThrow } from "../contract/or-throw.ts";
import { directoryIn, pageOfConnections } from "./directory.ts";
import { restore } from "./restore.ts";
import { serve } from "./serve.ts";
import { connectTenant } from "./tenants.ts";

export const connections = [
  serve(listConnections, (context, query) => pageOfConnections(context, query)),
  serve(importConnection, async (context, { userId, label, tenantId, refreshToken }) => {
    if (userId === undefined && label === undefined && refreshToken === undefined) {
      return connectTenant(context, tenantId);
    }
    if (userId === undefined) throw lacking("userId", "whose refresh token this is");
    if (refreshToken === undefined) throw lacking("refreshToken", "that of the user");
    const { env } = context;
    const id = userConnectionId({ userId, label });
    const connection = await connectionStub(env, id, { creates: true });
    return orThrow(await connection.import({ refreshToken, tenantId }));
  }),
  serve(getConnection, async ({ connection }) => orThrow(await connection.info())),
  serve(disconnect, async ({ connection }) => orThrow(await connection.disconnect())),
  serve(refreshConnection, async ({ connection }, { resource }) =>
    orThrow(await connection.refresh(resource === undefined ? {} : { resource })),
  ),
  serve(confirmConnect, async ({ connection }, { flow, userId }) =>
    orThrow(await connection.confirmAuthorization({ flow, ...defined({ userId }) })),
  ),
  serve(restoreConnection, async ({ env, connectionId }) =>
    orThrow(await restore(directoryIn(env), await ownStub(env, connectionId), connectionId)),
  ),
  serve(listEvents, async ({ connection }, range) => orThrow(await connection.events(range))),
  serve(listDeliveries, async ({ env, connectionId }) =>
    orThrow(await (await ownStub(env, connectionId)).deliveries()),
  ),
  serve(redeliver, async ({ env, connectionId }, { sink }) =>
    orThrow(await (await ownStub(env, connectionId)).redeliver({ sink })),
  ),
] as const;

const lacking = (field: string, what: string): AzureError =>
  new AzureError(invalidField(field, `is required: ${what}`));
