const maxLength = 300;
const removed = "[removed]";

/** Paths of ARM are long and public; every other long run of base64 letters may be a secret. */
const isResourcePath = (run: string): boolean =>
  /^\/(?:subscriptions|providers)\//i.test(run) &&
  run.split("/").every((segment) => segment.length < 40);

/**
 * A sentence of Microsoft's made fit to show: anything that could be a credential is removed, and
 * what is left is cut to 300 characters on one line.
 */
export function redacted(text: string): string {
  const clean = text
    // Far beyond the cut, so that no pattern runs over megabytes; a secret cut here is still whole
    // enough to be recognised, or gone with the second cut.
    .slice(0, 4 * maxLength)
    .replaceAll(/\bBearer\s+[^\s"',;]+/gi, `Bearer ${removed}`)
    .replaceAll(/\beyJ[\w.=-]*/g, removed)
    // The query of a URL may sign it (`sig=`, `tempauth=`).
    .replaceAll(/\b(https?:\/\/[^\s?"'<>]+)\?[^\s"'<>]*/gi, "$1")
    .replaceAll(
      /\b([\w-]*(?:secret|password|passwd|token|assertion|signature|sig|key))(["']?\s*[=:]\s*)(?:"[^"]*"|'[^']*'|[^\s"',;&]+)/gi,
      `$1$2${removed}`,
    )
    .replaceAll(/\bcode=[^\s"'&]+/gi, `code=${removed}`)
    .replaceAll(/[A-Za-z0-9+/_-]{40,}={0,2}/g, (run) => (isResourcePath(run) ? run : removed))
    // oxlint-disable-next-line no-control-regex -- control characters are what must go
    .replaceAll(/[\u0000-\u001f\u007f\u2028\u2029]+/g, " ")
    .trim();
  return clean.length > maxLength ? `${clean.slice(0, maxLength - 1)}…` : clean;
}
