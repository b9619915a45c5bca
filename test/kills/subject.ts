import { ConnectionCaller, type ConnectionCallerOptions } from "../support/connection-caller.ts";
import { Ledger } from "../support/ledger.ts";
import type { Agent } from "./agent.ts";
import type { WatchedInbox } from "./watched-inbox.ts";

/** A connection under test: who calls it, and what it has answered. */
export interface Subject {
  caller: ConnectionCaller;
  ledger: Ledger;
  /** A sign-in that waits to be confirmed. */
  flow: string | undefined;
  /** Of a connection that is never given up: its watch is to live as long. */
  inbox: WatchedInbox | undefined;
  /** A program that works for this user. */
  agent: Agent | undefined;
}

export const createSubject = (options: ConnectionCallerOptions): Subject => ({
  caller: new ConnectionCaller(options),
  ledger: new Ledger(options.tenantId === undefined ? options.account : null),
  flow: undefined,
  inbox: undefined,
  agent: undefined,
});
