import type { Recipient } from "@microsoft/microsoft-graph-types";
import { textOf } from "../../http/json.ts";

/** `Ada Lovelace <ada@contoso.example>`, or what of it there is. */
export function addressText(recipient: Recipient | null | undefined): string | undefined {
  const { name: named, address: addressed } = recipient?.emailAddress ?? {};
  const [name, address] = [textOf(named), textOf(addressed)];
  if (!name || name === address) return address;
  return address ? `${name} <${address}>` : name;
}

/** Addresses that a result names. */
const mostAddresses = 100;

/** Those that can be read, in words. Of many the first, and how many there are besides. */
export function addressTexts(
  recipients: readonly Recipient[] | null | undefined,
): string[] | undefined {
  if (!Array.isArray(recipients)) return undefined;
  const all = recipients
    .map((recipient: Recipient) => addressText(recipient) ?? "")
    .filter(Boolean);
  if (all.length <= mostAddresses) return all;
  return [...all.slice(0, mostAddresses), `and ${all.length - mostAddresses} others`];
}

/** Addresses as Graph takes them. */
export const recipients = (addresses: readonly string[] | undefined): Recipient[] | undefined =>
  addresses?.map((address) => ({ emailAddress: { address } }));
