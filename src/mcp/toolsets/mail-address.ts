import type { Recipient } from "@microsoft/microsoft-graph-types";

/** `Ada Lovelace <ada@contoso.example>`, or what of it there is. */
export function addressText(recipient: Recipient | null | undefined): string | undefined {
  const { name, address } = recipient?.emailAddress ?? {};
  if (!name || name === address) return address ?? undefined;
  return address ? `${name} <${address}>` : name;
}

export const addressTexts = (
  recipients: readonly Recipient[] | null | undefined,
): string[] | undefined =>
  recipients?.map((recipient) => addressText(recipient) ?? "").filter((text) => text !== "");

/** Addresses as Graph takes them. */
export const recipients = (addresses: readonly string[] | undefined): Recipient[] | undefined =>
  addresses?.map((address) => ({ emailAddress: { address } }));
