import type { ConnectionInfo } from "azure-integration-worker";

/** Shows how the connection is, what repairs it, and what it gives. */
export function show({ status, remedy }: Pick<ConnectionInfo, "status" | "remedy">): void {
  for (const output of document.querySelectorAll("output")) output.value = status;
  for (const link of document.querySelectorAll("a")) {
    link.href = remedy?.connect_url ?? "";
    link.textContent = remedy?.message ?? "";
  }
  for (const list of document.querySelectorAll("pre")) void fill(list);
  setTimeout(() => document.querySelectorAll("pre").forEach(fill), 3_000); // webhooks come later
}

/** As Microsoft gives lists and errors; this application's own routes do it alike. */
interface Listed {
  value?: { subject?: string; name?: string }[];
  error?: { message: string };
}

async function fill(list: HTMLElement): Promise<void> {
  const { value = [], error }: Listed = await (await fetch(`/${list.id}`)).json();
  list.textContent = error?.message ?? value.map((one) => one.subject ?? one.name).join("\n");
}
