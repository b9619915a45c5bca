/** One request of a batch of Graph. */
export interface BatchRequest {
  /** Unique in the call, whatever its letter case. Default: its place, counted from 1. */
  id?: string | undefined;
  method: string;
  /** Below the version: `/me/messages?$top=5`. */
  url: string;
  headers?: Readonly<Record<string, string>> | undefined;
  body?: unknown;
  /** Ids that must have succeeded before. */
  dependsOn?: readonly string[] | undefined;
}

/** What Graph answers to one request of a batch. */
export interface BatchResponse {
  id: string;
  status: number;
  headers: Record<string, string>;
  /** JSON as it is, anything else as base64. */
  body?: unknown;
}
