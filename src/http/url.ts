/** The URL that a text is, or null. `URL.parse` gives the same, but neither Node 20 nor browsers of 2023 have it. */
export const parseUrl = (text: string, base?: string | URL): URL | null =>
  URL.canParse(text, base) ? new URL(text, base) : null;
