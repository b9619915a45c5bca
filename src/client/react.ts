import { useEffect, useMemo, useSyncExternalStore } from "react";
import type { ConnectionInfo, ConnectionStatus } from "../contract/connection-info.ts";
import type { Remedy } from "../contract/remedy.ts";
import { ConnectionStore, type PageToken } from "./connection-store.ts";
import { type ConnectionView, idle } from "./connection-view.ts";

/** Whose connection is followed, and by which credential. */
export interface UseConnectionOptions {
  /** Where the Worker answers: `https://azure.example.com`. */
  baseUrl: string;
  /** A session of the user, with `connections:read`. Another one is used from the next request on. */
  token: PageToken;
  userId: string;
  /** Another account of the same user. */
  label?: string | undefined;
}

/** A connection as it is now. The same object until something changes. */
export interface UsedConnection extends ConnectionView {
  readonly status: ConnectionStatus | undefined;
  readonly remedy: Remedy | undefined;
  /** Follows it again after it had ended: when `connectInPopup` has connected it. Always the same function. */
  readonly restart: () => void;
}

const readIdle = (): ConnectionView => idle;
const nothing = (): void => {};
const subscribeToNothing = (): (() => void) => nothing;

/**
 * Follows one connection while the component is mounted. Another user is another connection: nothing of
 * the one before is shown. On a server it opens nothing.
 *
 * @param options undefined: nobody is signed in
 */
export function useConnection(options: UseConnectionOptions | undefined): UsedConnection {
  const { baseUrl, token, userId, label } = options ?? {};
  const store = useMemo(
    () =>
      baseUrl === undefined || userId === undefined
        ? undefined
        : new ConnectionStore({ baseUrl, who: { userId, label } }),
    [baseUrl, userId, label],
  );
  useEffect(() => {
    if (token !== undefined) store?.setToken(token);
  }, [store, token]);
  const read = store?.view ?? readIdle;
  const view = useSyncExternalStore(store?.subscribe ?? subscribeToNothing, read, read);
  return useMemo(
    () => ({
      ...view,
      status: view.info?.status,
      remedy: view.info?.remedy,
      restart: store?.restart ?? nothing,
    }),
    [view, store],
  );
}

export type { ConnectionInfo, ConnectionStatus, ConnectionView, PageToken, Remedy };
