import { signal } from "./signal.ts";

/** The address, as the pages read it. */
export const address = signal(new URL(location.href));

addEventListener("popstate", () => (address.value = new URL(location.href)));

/** Goes to another page of the console. @param replace the page before is not to come back by "Back" */
export function go(href: string, replace = false): void {
  const url = new URL(href, location.href);
  if (replace) history.replaceState(null, "", url);
  else {
    history.pushState(null, "", url);
    scrollTo(0, 0);
  }
  address.value = url;
}

/** Links within the console change the page without loading it anew. */
document.addEventListener("click", (event) => {
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (!plain || event.defaultPrevented || !link || link.target || link.origin !== location.origin) {
    return;
  }
  if (link.pathname !== "/console" && !link.pathname.startsWith("/console/")) return;
  event.preventDefault();
  go(link.href);
});

/** The address of this page with other parameters; an empty one is left out. */
export function withQuery(change: Readonly<Record<string, string>>): string {
  const url = new URL(address.value);
  for (const [name, value] of Object.entries(change)) {
    if (value === "") url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  return url.href;
}

export const connectionPath = (id: string): string =>
  `/console/connections/${encodeURIComponent(id)}`;

/** The connection whose page has this path; undefined for another page, and where the id cannot be read. */
export function connectionAt(path: string): string | undefined {
  const [, id] = /^\/console\/connections\/([^/]+)$/.exec(path) ?? [];
  try {
    return id && decodeURIComponent(id);
  } catch {
    return undefined;
  }
}

/** Where the API has a connection. */
export const apiPath = (id: string): string => `/connections/${encodeURIComponent(id)}`;
