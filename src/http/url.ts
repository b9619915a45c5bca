const loopback = /^(?:localhost|(?:[a-z0-9-]+\.)+localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Whether a URL's `hostname` is this machine. */
export const isLoopback = (hostname: string): boolean => loopback.test(hostname);

/** The URL that a text is, or null. `URL.parse` gives the same, but neither Node 20 nor browsers of 2023 have it. */
export const parseUrl = (text: string, base?: string | URL): URL | null =>
  URL.canParse(text, base) ? new URL(text, base) : null;
