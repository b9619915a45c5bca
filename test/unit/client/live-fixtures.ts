import type { Change, ConnectionEvent, LiveSnapshot } from "../../../src/client/index.ts";

const time = "2026-11-24T10:00:00Z";

export const snapshot = (seq: number): LiveSnapshot => ({
  type: "snapshot",
  seq,
  data: {
    id: "user:ada",
    kind: "user",
    status: "active",
    scopes: [],
    resources: [],
    cooldowns: [],
    created_at: time,
    updated_at: time,
    last_refresh_at: null,
    last_used_at: null,
  },
});

export const event = (seq: number): ConnectionEvent => ({
  seq,
  id: `e${seq}`,
  type: "connection.recovered",
  time,
  connection: "user:ada",
  data: {},
});

export const change = (seq: number): Change => ({
  seq,
  id: `c${seq}`,
  type: "change.created",
  time,
  connection: "user:ada",
  watch: "w",
  resource: "Users/ada/Messages/i",
  item: "i",
});
