/**
 * The segments of a path as a service reads them: decoded once, in lower case (Graph and ARM are not
 * case-sensitive), empty ones left out. A segment that cannot be decoded stays as it is.
 *
 * @param pathname as `URL.pathname` gives it
 */
export const pathSegments = (pathname: string): string[] =>
  pathname
    .split("/")
    .map((segment) => decoded(segment).toLowerCase())
    .filter((segment) => segment !== "");

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
