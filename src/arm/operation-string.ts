import { invalidField, type Failure } from "../contract/errors.ts";
import { linkUnder, withoutEndSlashes } from "../http/link.ts";
import { orThrow } from "../contract/or-throw.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { isOperationState, type OperationState } from "./operation-state.ts";
import { parseJson } from "../http/json.ts";

/**
 * An operation as a string that another process can go on with. It holds no credential, and paths
 * instead of URLs: wherever it is read, it can lead nowhere but under that reader's endpoint.
 */

const urlFields = ["resource", "poll", "location"] as const;

type Change = (url: string) => Result<string, Failure>;

function mapUrls(state: OperationState, change: Change): Result<OperationState, Failure> {
  const mapped = { ...state };
  for (const field of urlFields) {
    const url = state[field];
    if (url === undefined) continue;
    const changed = change(url);
    if (!changed.ok) return changed;
    mapped[field] = changed.value;
  }
  return ok(mapped);
}

/**
 * Brings every URL of an operation under the endpoint it was started on.
 *
 * @returns `upstream_error` with reason `foreign_link` when one leads away from it.
 */
export const keepUnder = (
  state: OperationState,
  endpoint: string,
): Result<OperationState, Failure> =>
  mapUrls(state, (url) => {
    const link = linkUnder(endpoint, url);
    return link.ok ? ok(link.value.href) : link;
  });

const notAnOperation = (): Failure =>
  invalidField("operation", "is not the string of an operation");

const prefixOf = (endpoint: string): string => withoutEndSlashes(new URL(endpoint).href);

/** @param state whose URLs lie under `endpoint`. */
export function encodeOperation(state: OperationState, endpoint: string): string {
  const prefix = prefixOf(endpoint);
  const paths = mapUrls(state, (url) => ok(url.slice(prefix.length)));
  return base64url(JSON.stringify(orThrow(paths)));
}

/** @returns the operation with URLs under `endpoint`, or `invalid_request`. */
export function decodeOperation(text: string, endpoint: string): Result<OperationState, Failure> {
  const read = decodedJson(text);
  if (!isOperationState(read)) return err(notAnOperation());
  const prefix = prefixOf(endpoint);
  const state = mapUrls(read, (path) =>
    path.startsWith("/") ? ok(`${prefix}${path}`) : err(notAnOperation()),
  );
  if (!state.ok) return state;
  const kept = keepUnder(state.value, endpoint);
  return kept.ok ? kept : err(notAnOperation());
}

/** Base64url without padding (RFC 4648 §5) of the text in UTF-8. */
function base64url(text: string): string {
  const bytes = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte));
  return btoa(bytes.join("")).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const codeOf = (character: string): number => character.charCodeAt(0);

function decodedJson(text: string): unknown {
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return parseJson(new TextDecoder().decode(Uint8Array.from(binary, codeOf)));
  } catch {
    return undefined;
  }
}
