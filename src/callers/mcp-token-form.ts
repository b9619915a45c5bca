/** `{user}:{grant}:{secret}`, as our authorization server makes tokens and codes. */
const form = /^[A-Za-z0-9._@|+=~-]{1,128}:[A-Za-z0-9_-]{16}:[A-Za-z0-9_-]{32}$/;

/** Whether a token has the form of one that our authorization server gives to MCP clients. */
export const looksLikeMcpToken = (token: string): boolean => form.test(token);
