import { failure, type Failure } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";

/** What a gateway mirrors: our prefix, and where it starts upstream. */
export interface GatewayMount {
  /** `/graph` or `/arm`. */
  prefix: string;
  /** Microsoft's endpoint of the configured cloud, without a trailing slash. */
  endpoint: string;
  /** First path segments that exist; absent: any. */
  versions?: readonly string[];
}

const encodedSeparators = /%(?:25)*(?:2f|5c)/i;
// oxlint-disable-next-line no-control-regex -- control characters are what is refused
const controlCharacters = /[\u0000-\u0020\u007f]|%(?:25)*(?:[01][0-9a-f]|7f)/i;
const dotSegment = /^(?:\.|%(?:25)*2e){1,2}$/i;
/** Azure SDKs join `/` and a resource id that starts with one; Resource Manager takes it for one. */
const doubledResourceId = /^\/(?=\/(?:subscriptions|providers)\/)/i;

const refused = (why: string): Result<never, Failure> =>
  err(failure("invalid_request", `The path ${why}.`, { details: { field: "path" } }));

/**
 * The upstream URL that a gateway URL names. Works on the text as it came, because a parsed URL has
 * already resolved what must be refused.
 *
 * @param received absolute URL of the request, its query untouched
 * @returns `invalid_request` for a path that two parsers could read differently, `not_found` for a
 *   version that does not exist
 */
export function gatewayTarget(mount: GatewayMount, received: string): Result<string, Failure> {
  const start = received.indexOf("/", received.indexOf("://") + 3);
  const [beforeFragment = ""] = received.slice(start).split("#", 1);
  const question = beforeFragment.indexOf("?");
  const path = question === -1 ? beforeFragment : beforeFragment.slice(0, question);
  const query = question === -1 ? "" : beforeFragment.slice(question);
  if (!path.startsWith(`${mount.prefix}/`)) return err(failure("not_found", "No such route."));
  const rest = path.slice(mount.prefix.length).replace(doubledResourceId, "");

  if (controlCharacters.test(rest)) return refused("holds a control character");
  if (encodedSeparators.test(rest) || rest.includes("\\")) {
    return refused("holds an encoded slash or a backslash");
  }
  if (rest.includes("//")) return refused("holds an empty segment or a second host");
  const segments = rest.slice(1).split("/");
  if (segments.some((segment) => dotSegment.test(segment))) return refused("holds a dot segment");
  if (mount.versions !== undefined) {
    const [version = "", next] = segments;
    if (!mount.versions.includes(version) || next === undefined) {
      return err(
        failure("not_found", `No such route: ${mount.prefix}/{${mount.versions.join(",")}}/….`),
      );
    }
  }
  return ok(`${mount.endpoint}${rest}${query}`);
}

/** A batch carries writes inside one POST whatever its items say, so it always needs write. */
export function isBatchPath(url: string): boolean {
  const last = new URL(url).pathname.replace(/\/+$/, "").split("/").at(-1) ?? "";
  try {
    return decodeURIComponent(last).toLowerCase() === "$batch";
  } catch {
    return false;
  }
}

/** Paths whose answer is a person's file, where no byte is ours to change. */
export const isContentPath = (url: string): boolean =>
  /\/(?:content|contentstream|\$value|%24value)$/i.test(new URL(url).pathname.replace(/\/+$/, ""));
