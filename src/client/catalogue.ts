import { defined } from "../contract/defined.ts";
import { snakeCase } from "../contract/field-name.ts";
import { isRecord } from "../http/json.ts";
import type { HttpMethod } from "../contract/http-method.ts";
import type { Answer, WorkerCall } from "./requests.ts";
import { segment } from "./url-text.ts";

/** Asks for an operation. */
export type Call = <Data>(
  /**
   * Method, path and body. The path has fields of the input in braces; `{connection}` is the connection's
   * own path. The body is one field, whole; or `rest`, all that is not in the path; or left out.
   */
  route: string,
  /** Fields by their names in camel case. */
  input?: object,
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
 * The HTTP request of an operation.
 *
 * @param connectionPath the path of the connection the request is about, where there is one
 */
export function requestOf(route: string, input: object = {}, connectionPath = ""): WorkerCall {
  const given = new Map<string, unknown>(Object.entries(defined(input)));
  const [method, template = "", body] = route.split(" ");
  const inPath = new Set<string>();
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    inPath.add(name);
    return name === "connection" ? connectionPath : segment(name, String(given.get(name)));
  });
  const rest = [...given].filter(([name]) => !inPath.has(name) && name !== body);
  const named = Object.fromEntries(rest.map(([name, value]) => [snakeCase(name), value]));
  return {
    method: method as HttpMethod,
    path,
    ...(body === "rest"
      ? { body: named }
      : { query: named as NonNullable<WorkerCall["query"]>, body: body && given.get(body) }),
  };
}
