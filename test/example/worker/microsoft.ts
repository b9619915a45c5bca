// #region calls
import { azure } from "azure-integration-worker";
import { GraphClient } from "azure-integration-worker/graph";
// #endregion
import { ArmClient, type ResourceGroup } from "azure-integration-worker/arm";
import type { Env } from "./index.ts";

// #region calls
export function newestMail(env: Env, userId: string): Promise<Response> {
  const user = azure(env.AZURE, { userId }); // a fetch that is signed in as the user; one per request
  return user.fetch("https://graph.microsoft.com/v1.0/me/messages?$top=5&$select=subject");
}

export async function digest(env: Env, userId: string): Promise<string> {
  const graph = new GraphClient(azure(env.AZURE, { userId }), { endpoint: env.GRAPH_ENDPOINT });
  const unread = graph.messages.list({ folder: "inbox", filter: "isRead eq false", top: 100 });
  const subjects: string[] = [];
  for await (const { subject } of unread) subjects.push(subject ?? ""); // it waits, retries, pages
  return `${subjects.length} unread: ${subjects.join(", ")}`;
}
// #endregion

export async function resourceGroups(env: Env, userId: string): Promise<ResourceGroup[]> {
  const arm = new ArmClient(azure(env.AZURE, { userId }), { endpoint: env.ARM_ENDPOINT });
  const all: ResourceGroup[] = [];
  for await (const { subscriptionId } of arm.subscriptions.list()) {
    for await (const group of arm.resourceGroups.list(subscriptionId)) all.push(group);
  }
  return all;
}
