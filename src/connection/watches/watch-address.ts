import { hexOf } from "../../contract/hex.ts";
import { base64url } from "jose";
import { bytesOf, signAtOnce, textHash, verify, type SessionSecret } from "../../platform/keys.ts";

/**
 * The address that Graph posts to, and the secret that its notifications repeat. Both are made of the
 * deployment's secret and of what they are for, so that nothing has to be kept of them.
 */

/** Where Graph posts to, on this Worker. */
export const notificationPath = "/notifications";

/** One subscription of one watch. */
export interface WatchAddress {
  connectionId: string;
  /** Id of the watch. */
  watch: string;
  /** Which of the subscriptions that the watch has had, from 1. */
  incarnation: number;
}

/** The id of a new watch: it goes into the token, in which `-` and `.` separate. */
export const newWatchId = (): string => hexOf(crypto.getRandomValues(new Uint8Array(12)));

const bodyOf = ({ connectionId, watch, incarnation }: WatchAddress): string =>
  `${base64url.encode(connectionId)}.${watch}-${incarnation}`;

/** No body begins with these words, so that one text is signed for one use alone. */
const addressText = (body: string): string => `address ${body}`;
const stateText = (address: WatchAddress): string => `state ${bodyOf(address)}`;

/** @returns `{connection}.{watch}.{mac}` */
export function watchToken(secret: SessionSecret, address: WatchAddress): string {
  const body = bodyOf(address);
  return `${body}.${signAtOnce(secret, "notification", addressText(body))}`;
}

/** @param publicOrigin of this Worker as Graph reaches it */
export function notificationUrl(
  publicOrigin: string,
  secret: SessionSecret,
  address: WatchAddress,
): string {
  const url = new URL(notificationPath, publicOrigin);
  url.searchParams.set("watch", watchToken(secret, address));
  return url.href;
}

const decoder = new TextDecoder();

/** The subscription of a token that was made here, or undefined. */
export async function readWatchToken(
  secret: SessionSecret,
  token: string,
): Promise<WatchAddress | undefined> {
  const [, body, connection, watch, incarnation, mac] =
    /^(([\w-]{1,400})\.([0-9a-f]{24})-(\d{1,9}))\.([\w-]{1,64})$/.exec(token) ?? [];
  if (body === undefined || connection === undefined || watch === undefined) return undefined;
  if (!(await verify(secret, "notification", addressText(body), mac ?? ""))) return undefined;
  const bytes = bytesOf(connection);
  if (bytes === undefined) return undefined;
  return { connectionId: decoder.decode(bytes), watch, incarnation: Number(incarnation) };
}

/** `clientState`: 43 characters. */
export const clientStateOf = (secret: SessionSecret, address: WatchAddress): string =>
  signAtOnce(secret, "notification", stateText(address));

/** Whether a notification is of the subscription; compared in constant time. */
export const isClientState = (
  secret: SessionSecret,
  address: WatchAddress,
  candidate: string,
): Promise<boolean> => verify(secret, "notification", stateText(address), candidate);

/** Stands for the secret that signs now: an address that another one signed is to be replaced. */
export const signerOf = (secret: SessionSecret): string =>
  textHash(signAtOnce(secret, "notification", "signer")).slice(0, 16);
