import type { ConnectionInfo } from "../contract/connection-info.ts";
import type { Prompt } from "../contract/connection-rpc.ts";
import { AzureError, failure, invalidField } from "../contract/errors.ts";
import { ConnectError, failedRequest, refusedSignIn } from "./connect-error.ts";
import {
  channelOf,
  readReturnMessage,
  received,
  returnUrlOf,
  type ReturnMessage,
} from "./connect-return.ts";
import { type BrowserPage, type Popup, thisPage } from "./page.ts";
import { isGone, looked, type PopupWatch } from "./popup-watch.ts";
import { type Answer, type ServiceOptions, WorkerRequests } from "./requests.ts";
import { connectionPath } from "./who.ts";

/** What is asked of Microsoft, and where the browser comes back to. */
export interface ConnectOptions {
  /** Where the Worker answers: `https://azure.example.com`. */
  baseUrl: string;
  /** A session of the user, with `connections:read` and `connections:write`. */
  token: NonNullable<ServiceOptions["token"]>;
  /** A page of this page's own origin that calls `finishConnect()`; on one of RETURN_ORIGINS. */
  returnUrl: string;
  /** Added to the default ones. */
  scopes?: readonly string[] | undefined;
  /** Another account of the same user. */
  label?: string | undefined;
  /** GUID, verified domain, `common`, `organizations` or `consumers`; default that of the Worker. */
  tenantId?: string | undefined;
  /** The account that Microsoft's page suggests. */
  loginHint?: string | undefined;
  prompt?: Prompt | undefined;
  /** Gives up: the window closes, and the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Seconds until it gives up by itself. Default 600: then the sign-in has expired. */
  timeoutSeconds?: number | undefined;
  /** Default: the global fetch. */
  fetch?: ServiceOptions["fetch"];
}

/** What `/connect` answers. */
interface Start {
  auth_url: string;
  connection: string;
}

/** In CSS pixels: Microsoft's page fits without scrolling. */
const popupSize = { width: 520, height: 720 };
/** Milliseconds between two looks at the popup. */
const lookEvery = 250;

/**
 * Signs the user in with Microsoft in a window of its own. Call it within the click, with nothing
 * awaited before: browsers open windows then alone.
 *
 * @returns the connection, once it is confirmed
 * @throws ConnectError by `reason`, AzureError `invalid_request` naming an option that is wrong, or the
 *   reason of `signal`
 */
export async function connectInPopup(
  options: ConnectOptions,
  page: BrowserPage = thisPage,
): Promise<ConnectionInfo> {
  const { signal } = options;
  signal?.throwIfAborted();
  const attempt = page.randomToken();
  const returnUrl = returnUrlOf(options.returnUrl, page, attempt);
  if (returnUrl === undefined) {
    throw new AzureError(invalidField("returnUrl", "must be a URL on this page's own origin"));
  }
  const requests = new WorkerRequests(options);
  // Before anything is awaited.
  const popup = page.openPopup(popupSize);
  if (popup === null || popup.closed) {
    throw new ConnectError("popup_blocked", "The browser did not open a window for the sign-in.");
  }
  const channel = page.channel(channelOf(attempt));
  const over = new AbortController();
  const ended = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
  try {
    const answered = new Promise<ReturnMessage>((resolve) => {
      channel.listen((data) => {
        const message = readReturnMessage(data);
        if (message === undefined) return;
        channel.send(received);
        resolve(message);
      });
    });
    const broken = Promise.race([
      aborted(signal),
      watched(popup, page, { ended, timeoutMs: (options.timeoutSeconds ?? 600) * 1_000 }),
    ]);
    const started = start(requests, options, { returnUrl, signal: ended });
    const begun = await Promise.race([started, broken]);
    const { auth_url: authUrl, connection } = begun.data;
    popup.location.replace(httpUrl(authUrl));
    const message = await Promise.race([answered, broken]);
    if (message.kind === "refused") throw refusedSignIn(message.error, message.description);
    popup.close();
    const { data } = await requests.send<ConnectionInfo>({
      method: "POST",
      path: `${connectionPath({ connection })}/confirm`,
      body: { flow: message.flow },
      signal,
    });
    return data;
  } catch (error) {
    throw failedRequest(error);
  } finally {
    over.abort();
    channel.close();
    popup.close();
  }
}

const start = (
  requests: WorkerRequests,
  options: ConnectOptions,
  { returnUrl, signal }: { returnUrl: string; signal: AbortSignal },
): Promise<Answer<Start>> =>
  requests.sendBare({
    method: "GET",
    path: "/connect",
    query: {
      binding: "confirm",
      return_url: returnUrl,
      scopes: options.scopes?.join(" "),
      label: options.label,
      tenant_id: options.tenantId,
      login_hint: options.loginHint,
      prompt: options.prompt,
    },
    signal,
  });

/** The empty window still has this page's origin: in it, an address that is a script would run as ours. */
function httpUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new AzureError(
    failure("internal_error", "The connection service's answer is not the one of this route."),
  );
}

/** Rejects when the caller gives up; else it stays open. */
const aborted = (signal: AbortSignal | undefined): Promise<never> =>
  new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

/** Rejects when the popup was closed or the time is over. When `ended`, it just looks no more. */
async function watched(
  popup: Popup,
  page: BrowserPage,
  { ended, timeoutMs }: { ended: AbortSignal; timeoutMs: number },
): Promise<never> {
  const until = page.now() + timeoutMs;
  let watch: PopupWatch = {};
  while (!ended.aborted) {
    const now = page.now();
    watch = looked(watch, { closed: popup.closed, focused: page.hasFocus(), now });
    if (isGone(watch, now)) {
      throw new ConnectError("window_closed", "The window was closed before the sign-in ended.");
    }
    if (now >= until) throw new ConnectError("timed_out", "The sign-in took too long.");
    await page.sleep(lookEvery);
  }
  return new Promise(() => {});
}
