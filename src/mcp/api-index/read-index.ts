/** One operation of Microsoft Graph, as its published lists have it. */
export interface ApiOperation {
  method: string;
  /** `/me/messages/{message-id}`, below the version. */
  path: string;
  /** The least privileged permission that a user has to have consented to; absent: not published. */
  permission?: string;
  /** Names that Microsoft's own samples have for it. */
  names: string[];
}

const methods: Readonly<Record<string, string>> = {
  G: "GET",
  P: "POST",
  U: "PUT",
  A: "PATCH",
  D: "DELETE",
};

/**
 * Reads the index: a line that says where it is from, one of permissions, and a line for each path with
 * how many segments of the path before it it shares. Names of samples follow their operation.
 *
 * @example
 * 1 messages	G3 P7	list my mail
 */
export function readIndex(text: string): ApiOperation[] {
  const [, names = "", ...lines] = text.split("\n");
  const permissions = names.split(" ");
  const operations: ApiOperation[] = [];
  let segments: string[] = [];
  for (const line of lines) {
    const [place = "", offers = "", ...samples] = line.split("\t");
    const space = place.indexOf(" ");
    if (space === -1) continue;
    segments = [
      ...segments.slice(0, Number(place.slice(0, space))),
      ...place.slice(space + 1).split("/"),
    ];
    const path = `/${segments.join("/")}`;
    for (const offer of offers.split(" ")) {
      const method = methods[offer.charAt(0)];
      if (method === undefined) continue;
      const permission = permissions[Number(offer.slice(1))];
      const known = offer.length > 1 && permission !== undefined;
      operations.push({
        method,
        path,
        ...(known && { permission }),
        names: samples
          .filter((name) => name.startsWith(offer.charAt(0)))
          .map((name) => name.slice(1)),
      });
    }
  }
  return operations;
}
