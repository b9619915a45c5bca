/** As much of an account's name as its owner needs to recognise it, and nobody needs to write to it. */
export function maskedName(name: string): string {
  const at = name.lastIndexOf("@");
  const [first = ""] = name;
  return at > 0 ? `${first}•••${name.slice(at)}` : `${first}•••`;
}
