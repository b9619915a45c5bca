import type { Config } from "../../config/config.ts";
import type { Change, NotificationResult } from "../../contract/watch.ts";
import { GraphSession } from "../../graph/session.ts";
import { Subscriptions } from "../../graph/subscriptions.ts";
import { createTransport } from "../../http/transport.ts";
import { throughConnection } from "../../http/upstream-error.ts";
import type { ConnectionState } from "../connection-state.ts";
import { spreadOf } from "../policy/renewal-policy.ts";
import type { RemedyLinks } from "../remedy-links.ts";
import type { TokenCipher } from "../tables/token-cipher.ts";
import { CatchUp } from "./catch-up.ts";
import { ChangeIntake } from "./change-intake.ts";
import type { ChangeReader } from "./change-reader.ts";
import { WatchKeeper } from "./keeper.ts";
import { WatchContents } from "./watch-contents.ts";
import { WatchKeyring } from "./watch-keyring.ts";
import { WatchNotifications } from "./notifications.ts";
import { WatchSubscriptions } from "./watch-subscriptions.ts";
import { WatchTransitions } from "./watch-transitions.ts";

export interface WatchPartsOptions {
  connectionId: string;
  config: Pick<Config, "cloud" | "clientId" | "publicOrigin" | "sessionSecret">;
  state: ConnectionState;
  cipher: TokenCipher;
  links: Pick<RemedyLinks, "ofWatch">;
  reader: ChangeReader;
  /** The connection's own calls to Microsoft. */
  fetch: (request: Request) => Promise<Response>;
  /** Asks Entra for its keys. */
  fetchKeys: (request: Request) => Promise<Response>;
  /** Sends changes to the sockets that want them. @returns whether there is one */
  publish: (changes: readonly Change[]) => boolean;
  /** Called with what came of each notification. */
  taken: (result: NotificationResult) => void;
  now: () => number;
  random: () => number;
  rearm: () => void;
}

/** Puts together what keeps the watches of a connection. */
export function createWatches({
  connectionId,
  config,
  state,
  cipher,
  links,
  reader,
  fetch,
  fetchKeys,
  publish,
  taken,
  now,
  random,
  rearm,
}: WatchPartsOptions) {
  const { cloud, clientId, publicOrigin, sessionSecret } = config;
  const transport = createTransport({
    peer: throughConnection,
    fetch: (url, init) => fetch(new Request(url, init)),
    now,
    random,
    // The alarm tries again, when it has to.
    budgetMs: 0,
    waitOnThrottle: false,
  });
  const session = new GraphSession(transport, {
    endpoint: cloud.graphEndpoint,
    version: "v1.0",
    user: undefined,
  });
  const transitions = new WatchTransitions({ state, now });
  const intake = new ChangeIntake({ state, reader, transitions, publish, now, rearm });
  const keyring = new WatchKeyring({ state, cipher, now });
  const contents = new WatchContents({ state, cipher, keyring, cloud, clientId, fetchKeys, now });
  const subscriptions = new WatchSubscriptions({
    connectionId,
    state,
    subscriptions: new Subscriptions(session, now),
    transitions,
    keyring,
    sessionSecret,
    publicOrigin,
    now,
    random,
    spread: spreadOf(connectionId),
  });
  const catchUp = new CatchUp({ state, session, cipher, transitions, intake, now, random });
  return {
    watches: new WatchKeeper({ state, subscriptions, transitions, catchUp, links, now, rearm }),
    notifications: new WatchNotifications({
      connectionId,
      state,
      transitions,
      intake,
      contents,
      sessionSecret,
      now,
      rearm,
      taken,
    }),
  };
}
