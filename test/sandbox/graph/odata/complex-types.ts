import type { EdmType } from "./schema.ts";

type Properties = Readonly<Record<string, EdmType>>;

/** A property of a complex type, or a collection of such, with what is below it by path. */
const having =
  (below: (path: string) => Properties) =>
  (path: string, type: "complex" | "collection" = "complex"): Properties => ({
    [path]: type,
    ...below(path),
  });

const texts = (path: string, ...names: readonly string[]): Properties =>
  Object.fromEntries(names.map((name) => [`${path}/${name}`, "string" as const]));

/** Microsoft's complex types, as far as entities here have them. */
export const emailAddress = having((path) => texts(path, "name", "address"));
export const recipient = having((path) => emailAddress(`${path}/emailAddress`));
export const itemBody = having((path) => texts(path, "content", "contentType"));
export const dateTimeTimeZone = having((path) => texts(path, "dateTime", "timeZone"));
export const physicalAddress = having((path) =>
  texts(path, "street", "city", "state", "countryOrRegion", "postalCode"),
);
export const internetMessageHeader = having((path) => texts(path, "name", "value"));
export const followupFlag = having((path) => ({
  ...texts(path, "flagStatus"),
  ...dateTimeTimeZone(`${path}/completedDateTime`),
  ...dateTimeTimeZone(`${path}/dueDateTime`),
  ...dateTimeTimeZone(`${path}/startDateTime`),
}));
export const location = having((path) => ({
  ...texts(path, "displayName", "locationEmailAddress", "locationType", "locationUri"),
  ...texts(path, "uniqueId", "uniqueIdType"),
  ...physicalAddress(`${path}/address`),
}));
export const responseStatus = having((path) => ({
  ...texts(path, "response"),
  [`${path}/time`]: "dateTime",
}));
export const attendee = having((path) => ({
  ...emailAddress(`${path}/emailAddress`),
  ...texts(path, "type"),
  ...responseStatus(`${path}/status`),
}));
