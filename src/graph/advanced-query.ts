import type { ListOptions } from "./query.ts";

/**
 * Properties of a user that the directory filters by in advanced queries only, whatever the
 * operator (https://learn.microsoft.com/graph/aad-advanced-queries). Lower case.
 */
const advancedProperties: ReadonlySet<string> = new Set([
  "assignedplans",
  "authorizationinfo",
  "businessphones",
  "companyname",
  "createddatetime",
  "createdobjects",
  "employeehiredate",
  "employeeorgdata",
  "employeetype",
  "faxnumber",
  "mobilephone",
  "officelocation",
  "onpremisesextensionattributes",
  "onpremisesimmutableid",
  "onpremiseslastsyncdatetime",
  "onpremisessamaccountname",
  "passwordpolicies",
  "passwordprofile",
  "postalcode",
  "preferredlanguage",
  "provisionedplans",
  "showinaddresslist",
  "streetaddress",
]);

/** Words of a filter that make an advanced query of it on any property; `eq null` is one of them. */
const advancedWords: ReadonlySet<string> = new Set(["ne", "not", "endswith", "null"]);

/** Sorting by these two alone is part of the plain index. */
const plainOrder: ReadonlySet<string> = new Set(["displayname", "userprincipalname"]);

const literal = /'(?:[^']|'')*'/g;
const word = /\b[a-z_]\w*/gi;

const wordsOf = (expression: string): string[] =>
  (expression.replaceAll(literal, "''").match(word) ?? []).map((text) => text.toLowerCase());

function isAdvancedFilter(filter: string): boolean {
  const words = wordsOf(filter);
  return (
    words.some((text) => advancedWords.has(text) || advancedProperties.has(text)) ||
    /\/\$count\b/i.test(filter.replaceAll(literal, "''"))
  );
}

const isAdvancedOrder = (orderBy: string): boolean =>
  wordsOf(orderBy).some((text) => !plainOrder.has(text) && text !== "asc" && text !== "desc");

/**
 * Whether a list of users has to be asked of the directory's eventually consistent index, by the
 * header `ConsistencyLevel: eventual` and `$count=true`. Without them the directory refuses such a
 * query, or ignores a part of it. An advanced query more than needed is answered all the same.
 */
export function needsAdvancedQuery({ search, count, filter, orderBy }: ListOptions): boolean {
  if (search !== undefined || count === true) return true;
  if (filter !== undefined && (orderBy !== undefined || isAdvancedFilter(filter))) return true;
  return orderBy !== undefined && isAdvancedOrder(orderBy);
}
