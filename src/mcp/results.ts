import type { CallToolResult } from "@modelcontextprotocol/server";
import { defined } from "../contract/defined.ts";
import { errorStatuses, renamedField, type Failure } from "../contract/errors.ts";
import { snakeCase } from "../contract/field-name.ts";
import type { Remedy } from "../contract/remedy.ts";
import type { ToolOutput } from "./tool.ts";

/** A result: as JSON for programs, and the same as text, since many clients show agents nothing else. */
export const resultOf = (output: ToolOutput): CallToolResult => ({
  content: [{ type: "text", text: JSON.stringify(output) }],
  structuredContent: output,
});

/** The failure with its field called as arguments are called. */
export const asArgument = (failure: Failure): Failure => renamedField(failure, snakeCase);

/** What programs get of an error. */
export interface ToolError extends Record<string, unknown> {
  code: string;
  status: number;
  request_id?: string;
  retry_after?: number;
  remedy?: unknown;
  /** The argument that is wrong. */
  field?: string;
  /** A write whose answer was lost: it may have happened. */
  outcome?: "unknown";
}

/**
 * An error: its first line is `code: sentence`, and what follows says what to do.
 *
 * Its fields are its structured content, which the output schema of each tool allows for.
 *
 * @param link where the person repairs it
 */
export function errorResult(failure: Failure, link: string | undefined): CallToolResult {
  const { code, message, request_id, retry_after, remedy, details } = failure;
  const { field, outcome } = details ?? {};
  const error: ToolError = {
    code,
    status: errorStatuses[code],
    ...defined({ request_id, retry_after, remedy: linked(remedy, link), field, outcome }),
  };
  const lines = [
    `${code}: ${message}`,
    ...(remedy === undefined || remedy.message === message ? [] : [remedy.message]),
    ...(link === undefined ? [] : [`The person has to open ${link} and then ask again.`]),
    ...(retry_after === undefined ? [] : [`Try again in ${retry_after} s.`]),
    ...(outcome === undefined ? [] : ["It may have happened: look before doing it again."]),
  ];
  return {
    isError: true,
    content: [{ type: "text", text: lines.join("\n") }],
    structuredContent: error,
  };
}

/** Of a sign-in the link is that of the remedy, or the one in its place. */
const linked = (remedy: Remedy | undefined, link: string | undefined): Remedy | undefined =>
  remedy?.action === "sign_in" && link !== undefined ? { ...remedy, connect_url: link } : remedy;
