export type HttpMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Whether a method asks for no change (RFC 9110 §9.2.1). TRACE is not among them: `fetch` sends none. */
export const isSafeMethod = (method: string): boolean => /^(?:GET|HEAD|OPTIONS)$/i.test(method);
