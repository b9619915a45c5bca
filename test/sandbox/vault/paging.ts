import { queryParameter } from "../query-parameter.ts";
import { type Answer, badParameter } from "./answer.ts";

const LARGEST_PAGE = 25;

/** One page of a vault's list, with an absolute nextLink or null. */
export function page<Item>(
  items: readonly Item[],
  { url, base, pageSize }: { url: URL; base: string; pageSize: number | null },
): Answer | { value: readonly Item[]; nextLink: string | null } {
  const asked = queryParameter(url, "maxresults") ?? String(LARGEST_PAGE);
  if (!/^\d+$/.test(asked) || Number(asked) < 1 || Number(asked) > LARGEST_PAGE)
    return badParameter(`maxresults must be between 1 and ${LARGEST_PAGE}.`);
  const size = Math.min(Number(asked), pageSize ?? LARGEST_PAGE);
  const token = queryParameter(url, "$skiptoken");
  const offset = token === undefined ? 0 : decode(token);
  if (offset === undefined) return badParameter("The skip token is invalid.");
  const value = items.slice(offset, offset + size);
  const end = offset + value.length;
  if (end >= items.length) return { value, nextLink: null };
  const query = new URLSearchParams({
    "api-version": queryParameter(url, "api-version") ?? "",
    $skiptoken: encode(end),
    maxresults: String(size),
  });
  return { value, nextLink: `${base}${url.pathname.replace(/\/+$/, "")}?${query}` };
}

const encode = (offset: number) => btoa(`secret!${offset}`);

function decode(token: string): number | undefined {
  try {
    const offset = /^secret!(\d+)$/.exec(atob(token))?.[1];
    return offset === undefined ? undefined : Number(offset);
  } catch {
    return undefined;
  }
}
