import type { Fault, FaultInput, Settings, SettingsInput } from "./public-types.ts";
import type { LogEntry } from "./request-log.ts";

/** A message that arrives in a mailbox. */
export interface NewMessage {
  /** Sign-in name of the mailbox's owner. */
  user: string;
  /** Default: "A new message". */
  subject?: string;
  /** The sender's address. Default: charles@analytical.example */
  from?: string;
  /** A well-known name. Default: inbox */
  folder?: string;
  /** RFC 3339. Default: now, by the sandbox's clock */
  received?: string;
}

/** What is played to a subscription; see the README's "Change notifications". */
export interface NotificationPlay {
  /** Its id. */
  subscription: string;
  /** A word about the subscription, sent at once. */
  lifecycle?: string;
  /** How many times the next notification comes, in one POST. */
  duplicate?: number;
  /** How many notifications are held until they come in one POST. */
  batch?: number;
  /** Whether what is held comes last first. */
  reorder?: boolean;
  /** Whether another `clientState` comes with the next one. */
  wrong_state?: boolean;
  /** Whether the next one is lost. */
  drop?: boolean;
}

/** The control API as methods. Each throws an Error with the sandbox's own words when it refuses. */
export interface ControlClient {
  /** Changes the settings that are given. @returns all of them */
  settings(patch?: SettingsInput): Promise<Settings>;
  /** Has the next matching requests fail as told. */
  fault(fault: FaultInput): Promise<void>;
  /** The faults that wait, with the times that are left. */
  faults(): Promise<Fault[]>;
  clearFaults(): Promise<void>;
  /** What was asked, in order. @param after the `seq` of the last one known; default 0 */
  requests(after?: number): Promise<LogEntry[]>;
  /** Revokes all of a user's tokens, or of one resource the access tokens issued so far. */
  revoke(what: { user: string; resource?: string }): Promise<void>;
  /** Lets a message arrive. @returns it, as Graph shows it */
  message(message: NewMessage): Promise<Record<string, unknown>>;
  /** The subscriptions to changes that live, as Graph shows them. */
  subscriptions(): Promise<Record<string, unknown>[]>;
  /** Forgets a subscription, of which nobody is told. @param id the subscription's */
  forget(id: string): Promise<void>;
  /** Has something happen to a subscription's notifications. */
  notification(play: NotificationPlay): Promise<void>;
  /** Registers a certificate for the application. @param certificate PEM @returns its thumbprint */
  registerCertificate(certificate: string): Promise<string>;
  /** Removes every certificate that was registered. */
  removeCertificates(): Promise<void>;
  /** Everything as new: settings, faults, mail, resources, consents, subscriptions, certificates, the log. */
  reset(): Promise<void>;
}

type Serve = (request: Request) => Promise<Response>;

/** @param url origin of the sandbox that `serve` answers for */
export function createControlClient(serve: Serve, url: string): ControlClient {
  const ask = async (method: string, path: string, body?: object) => {
    const response = await serve(
      new Request(`${url}/_sandbox/${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
    if (!response.ok) {
      const { error } = (await response.json()) as { error: string };
      throw new Error(`${method} /_sandbox/${path}: ${error}`);
    }
    return response;
  };
  const read = async <Answer>(...request: Parameters<typeof ask>) =>
    (await (await ask(...request)).json()) as Answer;
  return {
    settings: (patch = {}) => read<Settings>("PATCH", "settings", patch),
    fault: async (fault) => void (await ask("POST", "faults", fault)),
    faults: async () => (await read<{ faults: Fault[] }>("GET", "faults")).faults,
    clearFaults: async () => void (await ask("DELETE", "faults")),
    requests: async (after = 0) =>
      (await read<{ requests: LogEntry[] }>("GET", `requests?after=${after}`)).requests,
    revoke: async (what) => void (await ask("POST", "revoke", what)),
    message: (message) => read<Record<string, unknown>>("POST", "messages", message),
    subscriptions: async () =>
      (await read<{ subscriptions: Record<string, unknown>[] }>("GET", "subscriptions"))
        .subscriptions,
    forget: async (id) => void (await ask("DELETE", `subscriptions/${encodeURIComponent(id)}`)),
    notification: async (play) => void (await ask("POST", "notifications", play)),
    registerCertificate: async (certificate) =>
      (await read<{ thumbprint: string }>("POST", "credentials", { certificate })).thumbprint,
    removeCertificates: async () => void (await ask("DELETE", "credentials")),
    reset: async () => void (await ask("POST", "reset")),
  };
}
