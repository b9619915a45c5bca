import type { ResourceRow } from "../contract/azure-types.ts";
import { defined } from "../contract/defined.ts";
import { failure, invalidField, type Failure } from "../contract/errors.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { isRecord, recordOf, textOf } from "../http/json.ts";
import { type PageAnswer, PagedItems } from "../http/page.ts";
import { wholeNumber } from "../http/whole-number.ts";
import { resourceGraphApiVersion } from "./api-version.ts";
import { checkSubscriptionId } from "./resource-id.ts";
import type { ArmRequests, CallOptions } from "./request.ts";

export interface ResourceQueryOptions extends CallOptions {
  /** Ids of subscriptions; default all that the account may read in the token's tenant. */
  subscriptions?: readonly string[] | undefined;
  /** Names of management groups, instead or besides. */
  managementGroups?: readonly string[] | undefined;
}

/** Azure Resource Graph: one query over the resources of many subscriptions. */
export class ResourceGraph {
  readonly #requests: ArmRequests;

  constructor(requests: ArmRequests) {
    this.#requests = requests;
  }

  /**
   * The rows of a query, in pages of at most 1,000. Iterating throws `invalid_request` when there are
   * more rows than a page holds and Resource Graph gives no way to the next: the query has no column
   * `id` then, or a `take` of its own.
   *
   * @param query in the Kusto Query Language: `Resources | where type =~ 'Microsoft.Web/sites'`
   */
  query(
    query: string,
    {
      subscriptions = [],
      managementGroups = [],
      apiVersion = resourceGraphApiVersion,
      signal,
    }: ResourceQueryOptions = {},
  ): PagedItems<ResourceRow> {
    return new PagedItems<ResourceRow>(async ({ link, maxPageSize }) => {
      for (const id of subscriptions) {
        const checked = checkSubscriptionId(id);
        if (!checked.ok) return checked;
      }
      const sent = await this.#requests.send({
        method: "POST",
        path: "/providers/Microsoft.ResourceGraph/resources",
        apiVersion,
        body: {
          query,
          ...(subscriptions.length > 0 && { subscriptions }),
          ...(managementGroups.length > 0 && { managementGroups }),
          options: {
            resultFormat: "objectArray",
            ...defined({ $top: maxPageSize, $skipToken: link }),
          },
        },
        // It reads; that it is a POST is for the length of queries.
        idempotent: true,
        signal,
      });
      return sent.ok ? readRows(sent.value.answer.body) : sent;
    });
  }
}

/** @returns `upstream_error` for what is no list of rows, `invalid_request` for one cut off for good */
export function readRows(body: unknown): Result<PageAnswer<ResourceRow>, Failure> {
  const { data, resultTruncated, $skipToken, totalRecords } = recordOf(body);
  if (!Array.isArray(data) || !data.every(isRecord)) {
    return err(
      failure("upstream_error", "Resource Graph answered with something else than rows.", {
        details: { reason: "no_collection" },
      }),
    );
  }
  const nextLink = textOf($skipToken);
  if (nextLink === undefined && resultTruncated === "true") {
    const expected =
      "gives more rows than a page holds, and can be read on only if it keeps the column id and limits nothing itself";
    return err(invalidField("query", expected));
  }
  const count = wholeNumber(totalRecords, { most: Number.MAX_SAFE_INTEGER, round: "down" });
  return ok({ items: data, ...defined({ nextLink, count }) });
}
