/**
 * Stands in a list of origins for `http://localhost` with any port. No variable can hold it: the
 * sandbox cloud alone has it in its lists.
 */
export const anyLocalhost = "http://localhost:*";

const localhost = /^http:\/\/localhost(?::\d{1,5})?$/;

/** Whether an exact origin, as the `Origin` header or a parsed URL has it, is on a list. */
export const isListed = (origin: string, origins: readonly string[]): boolean =>
  origins.some((listed) => (listed === anyLocalhost ? localhost.test(origin) : listed === origin));
