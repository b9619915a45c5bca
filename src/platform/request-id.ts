const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The id of a request, when it is a GUID: whatever else a client puts there goes into no log. */
export const requestIdIn = (text: string | null | undefined): string | undefined =>
  text && guid.test(text) ? text.toLowerCase() : undefined;
