/** Longest id in the name of a throttle scope. Microsoft's own have at most some 70 characters. */
const longest = 128;

/**
 * An id from a URL as the name of a throttle scope holds it. Longer ones are cut: two that begin
 * alike then share a cool-down, which delays a call and breaks none.
 */
export const scopeId = (id: string): string => id.slice(0, longest).toWellFormed();
