import { failure, invalidField, type Failure } from "../contract/errors.ts";
import { withoutEndSlashes } from "./link.ts";
import { err, ok, type Result } from "../contract/result.ts";

/** What a gateway mirrors: our prefix, and where it starts upstream. */
export interface GatewayMount {
  /** `/graph` or `/arm`. */
  prefix: string;
  /** Microsoft's endpoint of the configured cloud, without a trailing slash. */
  endpoint: string;
  /** First path segments that exist; absent: any. */
  versions?: readonly string[];
}

// oxlint-disable-next-line no-control-regex -- control characters are what is refused
const controlCharacters = /[\u0000-\u001f\u007f]/;
/** Azure SDKs join `/` and a resource id that starts with one; Resource Manager takes it for one. */
const doubledResourceId = /^\/(?=\/(?:subscriptions|providers)\/)/i;

const refused = (why: string): Result<never, Failure> => err(invalidField("path", why));

/**
 * What Microsoft reads in a path: it decodes once, and then looks for the slashes. What is encoded
 * twice is text, such as a percent sign in the name of a file, or a slash in the id of a message.
 */
function decodedOnce(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** Why a path could be read in two ways, or lead elsewhere; undefined when it cannot. */
function objectionTo(path: string): string | undefined {
  if (path.includes("//")) return "holds an empty segment or a second host";
  if (path.includes(" ")) return "holds a space that is not encoded";
  const decoded = decodedOnce(path);
  if (decoded === undefined) return "holds a percent sign that encodes nothing";
  if (controlCharacters.test(decoded)) return "holds a control character";
  if (decoded.includes("\\")) return "holds a backslash";
  const climbs = decoded.split("/").some((segment) => segment === "." || segment === "..");
  return climbs ? "holds a dot segment" : undefined;
}

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

  const objection = objectionTo(rest);
  if (objection !== undefined) return refused(objection);
  const segments = rest.slice(1).split("/");
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

/** The last segment that Microsoft reads in the path of a URL. */
function lastSegment(url: string): string {
  const { pathname } = new URL(url);
  return (
    withoutEndSlashes(decodedOnce(pathname) ?? pathname)
      .split("/")
      .at(-1)
      ?.toLowerCase() ?? ""
  );
}

/** A batch can hold writes, and its items are not read here, so it always needs write. */
export const isBatchPath = (url: string): boolean => lastSegment(url) === "$batch";

const contentSegments: ReadonlySet<string> = new Set(["content", "contentstream", "$value"]);

/** Paths whose answer is a person's file, where no byte is ours to change. */
export const isContentPath = (url: string): boolean => contentSegments.has(lastSegment(url));
