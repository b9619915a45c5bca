import { snakeCase } from "../contract/field-name.ts";
import { isRecord } from "../http/json.ts";
import type { HttpMethod } from "../contract/http-method.ts";
import type { Answer, WorkerCall } from "./requests.ts";
import { segment } from "./url-text.ts";

/** Asks for an operation. */
export type Call = <Data>(
  /**
   * Method, path and body. The path has names of fields in braces; `{connection}` is the connection's own
   * path. The body is `1`, the last of the values; or `*`, all that is named; or left out.
   */
  route: string,
  /** Fields of the query, or of a body that is `*`, by their names in camel case. */
  input?: object,
  /** The fields in the path, in their order there, and after them a body that is one field. */
  ...values: unknown[]
) => Promise<Answer<Data>>;

/** A long-running operation that is under way: `operation(id)` asks how far it is. */
export interface RunningOperation {
  operation: string;
  /** Microsoft's own word. */
  status: string;
  /** 0–100. */
  percent_complete?: number;
  /** Seconds to wait before asking. */
  retry_after?: number;
}

/** Tells an operation under way from the result of one that is over. */
export const isRunning = (data: unknown): data is RunningOperation =>
  isRecord(data) && typeof data["operation"] === "string" && !("id" in data);

/**
 * The HTTP request of an operation, as {@link Call} has it.
 *
 * @param values is emptied
 * @param connectionPath the path of the connection the request is about, where there is one
 */
export function requestOf(
  route: string,
  input: object = {},
  values: unknown[] = [],
  connectionPath = "",
): WorkerCall {
  const [method, template = "", body] = route.split(" ");
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    name === "connection" ? connectionPath : segment(name, String(values.shift())),
  );
  const named = Object.fromEntries(
    Object.entries(input).map(([name, value]) => [snakeCase(name), value]),
  );
  return {
    method: method as HttpMethod,
    path,
    ...(body === "*"
      ? { body: named }
      : { query: named as NonNullable<WorkerCall["query"]>, body: body && values.shift() }),
  };
}
