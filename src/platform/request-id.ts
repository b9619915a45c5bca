import { isGuid } from "../contract/guid.ts";

/** The id of a request, when it is a GUID: whatever else a client puts there goes into no log. */
export const requestIdIn = (text: string | null | undefined): string | undefined =>
  text && isGuid(text) ? text.toLowerCase() : undefined;
