/** Groups of an IPv6 address that say to whom it was given; who has these may choose the others. */
const groupsOfNetwork = 4;

/**
 * The network that an address stands for where callers are counted: an IPv6 address by its first 64
 * bits, since whoever has one has all that begin so; an IPv4 address by itself.
 *
 * @param address as `CF-Connecting-IP` gives it
 */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const [before = "", after] = address.toLowerCase().split("::");
  const groups = before === "" ? [] : before.split(":");
  // What `::` leaves out are zeros; what comes after it may still be in the first half.
  const last = after === undefined || after === "" ? [] : after.split(":");
  const zeros = after === undefined ? 0 : Math.max(0, 8 - groups.length - last.length);
  return [...groups, ...Array.from({ length: zeros }, () => "0"), ...last]
    .slice(0, groupsOfNetwork)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":");
}
