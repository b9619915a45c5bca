import type { Stub } from "../../integration/support/connections.ts";

const urls = [
  "https://graph.microsoft.com/v1.0/me",
  "https://management.azure.com/subscriptions?api-version=2022-12-01",
];

/** Calls both resources of a connection, so that it holds, and has used, a token of each. */
export async function callGraphAndArm(stub: Stub): Promise<void> {
  for (const url of urls) {
    const response = await stub.fetch(url);
    const text = await response.text();
    if (!response.ok) throw new Error(`${url}: ${response.status} ${text}`);
  }
}
