import {
  changed,
  json,
  oddValues,
  type Document,
  type OddCase,
  type OddCases,
} from "./odd-answer.ts";

const challenge = (...headers: string[]): OddCase["answer"] =>
  json(
    401,
    { error: { code: "InvalidAuthenticationToken", message: "A stray answer." } },
    headers.map((value) => ["www-authenticate", value] as const),
  );

const elsewhere = "cccccccc-0000-4000-8000-00000000000c";

/** 401 answers that mean nothing, or name what the person has no part in. */
export const strayChallenges: OddCases = () => [
  { name: "401 and no challenge", answer: challenge() },
  { name: "401 and a challenge of another scheme", answer: challenge('Negotiate realm="x"') },
  {
    name: "401 and claims that are no base64",
    answer: challenge('Bearer error="insufficient_claims", claims="%%%"'),
  },
  {
    name: "401 and claims that are no JSON",
    answer: challenge(`Bearer error="insufficient_claims", claims="${btoa("[1")}"`),
  },
  {
    name: "401 and an unclosed quote",
    answer: challenge('Bearer error="insufficient_claims, claims="'),
  },
  {
    name: "401 and a tenant the person is not in",
    answer: challenge(
      `Bearer authorization="https://login.microsoftonline.com/${elsewhere}", resource="https://vault.azure.net"`,
    ),
  },
  {
    name: "401 and another issuer's tenant in its body",
    answer: json(401, {
      error: {
        code: "InvalidAuthenticationTokenTenant",
        message: `The access token is from the wrong issuer 'https://sts.windows.net/a/'. It must match the tenant 'https://sts.windows.net/${elsewhere}/' associated with this subscription.`,
      },
    }),
  },
];

/** A property of the real document, of the wrong type; what Microsoft may mean by it is left out. */
const property =
  (name: string, ...meant: readonly string[]): OddCases =>
  (random) =>
    oddValues(random)
      .filter((value) => !meant.includes(JSON.stringify(value)))
      .map((value) => ({
        name: `${name} ${JSON.stringify(value)}`,
        answer: changed({ [name]: value }),
      }));

// Any list is a list, whatever is in it, and an empty link is none.
export const oddValue = property("value", "[]", '[null,{"value":[]}]');
export const oddResponses = property("responses");
export const oddNextLink = property("nextLink", "null", '""');
export const oddGraphLink = property("@odata.nextLink", "null", '""');
export const oddDeltaLink = property("@odata.deltaLink");
export const oddStatus = property("status");
export const oddResourceTypes = property("resourceTypes", "[]", '[null,{"value":[]}]');

const eachOf = (
  document: Document,
  list: string,
  change: (item: Document) => unknown,
): Document => {
  const items: unknown = document[list];
  return { ...document, [list]: Array.isArray(items) ? items.map(change) : items };
};

/** A batch answer whose items are changed. */
const batchItems = (change: (item: Document) => unknown): OddCase["answer"] => ({
  as: "edit",
  edit: (document) => eachOf(document, "responses", change),
});

/** Items of a batch answer of odd shape. */
export const oddBatchItems: OddCases = (random) => [
  ...["status", "headers", "id"].flatMap((property) =>
    oddValues(random).map((value) => ({
      name: `items with ${property} ${JSON.stringify(value)}`,
      answer: batchItems((item) => ({ ...item, [property]: value })),
    })),
  ),
  {
    name: "items with a header name that has a space",
    answer: batchItems((item) => ({ ...item, headers: { "retry after": "1" } })),
  },
  {
    name: "items with a status as text",
    answer: batchItems((item) => ({ ...item, status: String(item["status"]) })),
  },
  {
    name: "each item twice",
    answer: {
      as: "edit",
      edit: (document) => {
        const items: unknown = document["responses"];
        return { ...document, responses: Array.isArray(items) ? [...items, ...items] : items };
      },
    },
  },
];

/** Versions of one resource type of odd shape, beside others that are as they should be. */
export const oddApiVersions: OddCases = (random) =>
  oddValues(random).map((value) => ({
    name: `a first type with apiVersions ${JSON.stringify(value)}`,
    answer: {
      as: "edit",
      edit: (document) => {
        let first = true;
        return eachOf(document, "resourceTypes", (item) => {
          const odd = first ? { ...item, apiVersions: value } : item;
          first = false;
          return odd;
        });
      },
    },
  }));
