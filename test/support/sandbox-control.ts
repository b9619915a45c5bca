import type { SandboxServer } from "../sandbox/server.ts";

type Action = "faults" | "settings" | "revoke" | "reset";

/** One entry of the sandbox's log. */
export interface SandboxRequest {
  method: string;
  url: string;
  status: number;
  grant_type?: string;
  scope?: string;
  user?: string;
}

/** Steers the sandbox. @throws Error with the sandbox's own words when it refuses */
export async function control(
  { url }: Pick<SandboxServer, "url">,
  action: Action,
  body: object = {},
): Promise<void> {
  const response = await fetch(`${url}/_sandbox/${action}`, {
    method: action === "settings" ? "PATCH" : "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`/_sandbox/${action}: ${await response.text()}`);
}

/** Everything Microsoft was asked, in order. */
export async function requestsOf({ url }: Pick<SandboxServer, "url">): Promise<SandboxRequest[]> {
  const response = await fetch(`${url}/_sandbox/requests`);
  const { requests } = (await response.json()) as { requests: SandboxRequest[] };
  return requests;
}
