/**
 * A link of Microsoft's without the texts that its reader knows anyway: the endpoint, and what the list
 * was asked with. Every byte of it can be given back.
 */

/** Stands before the place of a text in the list of those known. */
const mark = "\u0001";
/** Shorter texts are not worth a mark, and would be found everywhere. */
const leastLength = 6;

/**
 * @param known the query of the list, by its fields
 * @returns the link, with marks for what is known
 */
export function shortened(link: string, known: readonly string[]): string {
  let short = link;
  for (const [place, text] of forms(known).entries()) {
    short = short.replaceAll(text, `${mark}${place.toString(36)}${mark}`);
  }
  return short;
}

/** The link that {@link shortened} was given, where the same is known. */
export function restored(short: string, known: readonly string[]): string {
  const texts = forms(known);
  return short.replaceAll(
    // oxlint-disable-next-line no-control-regex -- no link of Microsoft's holds this one
    /\u0001([0-9a-z]+)\u0001/g,
    (whole, place: string) => texts[Number.parseInt(place, 36)] ?? whole,
  );
}

/** Microsoft writes what it was asked with in several ways; the longest is looked for first. */
const forms = (known: readonly string[]): string[] =>
  [
    ...new Set(
      known.flatMap((text) => {
        const encoded = encodeURIComponent(text);
        const lower = encoded.replaceAll(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase());
        return [text, encoded, lower, encoded.replaceAll("%20", "+"), lower.replaceAll("%20", "+")];
      }),
    ),
  ]
    .filter((text) => text.length >= leastLength)
    .toSorted((left, right) => right.length - left.length || (left < right ? -1 : 1));
