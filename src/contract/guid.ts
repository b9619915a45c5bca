/** A GUID as Microsoft writes it, with hyphens and without braces. */
export const guidPattern = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

const whole = new RegExp(`^${guidPattern.source}$`, "i");

/** Whether `text` is a GUID, and nothing else that a URL path could be fooled with. */
export const isGuid = (text: string): boolean => whole.test(text);
