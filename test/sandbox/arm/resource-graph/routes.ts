import * as z from "zod";
import { type Answer, type ErrorDetail, ok } from "../answer.ts";
import { refuseProviderVersion } from "../api-version.ts";
import { mayAnywhere } from "../authorization.ts";
import { readBody } from "../body.ts";
import { findProvider, findType } from "../providers.ts";
import { type Call, type Route, route } from "../router.ts";
import { managementGroupNotFound } from "../scope.ts";
import type { Subscription } from "../state.ts";
import { parseQuery } from "./kql-parser.ts";
import { runPipeline, shownCell, type Table } from "./kql-pipeline.ts";
import type { KqlQuery } from "./kql-syntax.ts";
import { QueryError, refuse, unsupported } from "./query-error.ts";
import { readTable } from "./tables.ts";
import { takeQuery } from "./user-quota.ts";

const MOST_RECORDS = 1000;

const queryBody = z.object({
  subscriptions: z.array(z.string()).nullish(),
  managementGroups: z.array(z.string()).nullish(),
  query: z.string(),
  options: z
    .object({
      $top: z.number().int().min(1).max(MOST_RECORDS).nullish(),
      $skip: z.number().int().min(0).nullish(),
      $skipToken: z.string().nullish(),
      resultFormat: z.enum(["objectArray", "table"]).nullish(),
      allowPartialScopes: z.boolean().nullish(),
      authorizationScopeFilter: z.string().nullish(),
    })
    .nullish(),
  facets: z.array(z.unknown()).nullish(),
});

type QueryBody = z.output<typeof queryBody>;

/** The subscriptions a query is about: those named, those below the groups named, or all there are. */
function subscriptionsOf(call: Call, body: QueryBody): readonly Subscription[] | Answer {
  const { state, caller } = call;
  const visible = (each: Subscription) =>
    each.tenantId === caller.tenantId &&
    mayAnywhere(state, caller, `/subscriptions/${each.subscriptionId}`);
  if (body.managementGroups?.length) {
    for (const name of body.managementGroups)
      if (!state.managementGroup(caller.tenantId, name)) return managementGroupNotFound(name);
    const wanted = new Set(body.managementGroups.map((name) => name.toLowerCase()));
    return state.subscriptions.filter(
      (each) =>
        visible(each) &&
        state
          .managementGroupsOf(each.subscriptionId)
          .some(({ name }) => wanted.has(name.toLowerCase())),
    );
  }
  if (!body.subscriptions?.length) return state.subscriptions.filter(visible);
  // One that is named twice is asked once.
  const known = [...new Set(body.subscriptions.flatMap((id) => state.subscription(id) ?? []))];
  if (known.length === 0)
    return refuse(call, 400, "BadRequest", [
      {
        code: "NoValidSubscriptionsInQueryRequest",
        message: `There must be at least one subscription that is eligible to contain resources. Given: '${body.subscriptions.join(",")}'.`,
      },
    ]);
  const mine = known.filter(visible);
  return mine.length > 0
    ? mine
    : refuse(call, 403, "AccessDenied", [
        {
          code: "AccessDenied",
          message:
            "Access is denied to the requested resource. The user might not have enough permission.",
        },
      ]);
}

const limits = ({ operators }: KqlQuery) => operators.some(({ kind }) => kind === "take");

/** Where the next page begins, for this very query. */
const writeToken = (query: string, offset: number) =>
  btoa(JSON.stringify([offset, query.length])).replaceAll("=", "");

function readToken(query: string, token: string): number | undefined {
  try {
    const value: unknown = JSON.parse(atob(token));
    const read = z.tuple([z.number().int().min(0), z.literal(query.length)]).safeParse(value);
    return read.success ? read.data[0] : undefined;
  } catch {
    return undefined;
  }
}

const invalidToken: ErrorDetail = {
  code: "InvalidSkipToken",
  message: "The skip token is invalid or belongs to another query.",
};

/** One page of a result, in the format asked for. */
function answerPage(
  call: Call,
  body: QueryBody,
  query: KqlQuery,
  table: Table,
): Answer | ErrorDetail {
  const { columns, rows } = table;
  const { $top, $skip, $skipToken, resultFormat } = body.options ?? {};
  const size = Math.min($top ?? MOST_RECORDS, call.world.settings.page_size ?? MOST_RECORDS);
  // A query that limits itself is not skipped into.
  const start = $skipToken ? readToken(body.query, $skipToken) : limits(query) ? 0 : ($skip ?? 0);
  if (start === undefined) return invalidToken;
  const page = rows.slice(start, start + size);
  const end = start + page.length;
  const truncated = end < rows.length;
  // Pages need the id, and a query without a limit of its own.
  const continues = truncated && !limits(query) && columns.some(({ name }) => name === "id");
  // The first versions answered with tables unless asked otherwise.
  const format = resultFormat ?? (call.apiVersion < "2020" ? "table" : "objectArray");
  const cells = page.map((row) => columns.map((column) => shownCell(column, row[column.name])));
  return ok({
    totalRecords: rows.length,
    count: page.length,
    data:
      format === "table"
        ? { columns, rows: cells }
        : cells.map((each) =>
            Object.fromEntries(columns.map(({ name }, index) => [name, each[index]])),
          ),
    facets: [],
    resultTruncated: truncated ? "true" : "false",
    ...(continues && { $skipToken: writeToken(body.query, end) }),
  });
}

async function runQuery(call: Call): Promise<Answer> {
  const type = findType(findProvider("Microsoft.ResourceGraph") ?? missing(), "resources");
  const wrong = type && refuseProviderVersion(call.apiVersion, type, undefined);
  if (wrong) return wrong;
  const body = await readBody(call.request, queryBody);
  if (!body.ok) return body.refusal;
  const quota = takeQuery(call.state, call.caller.objectId, call.world.now());
  if (!quota.allowed)
    return refuse(
      call,
      429,
      "RateLimiting",
      [
        {
          code: "RateLimiting",
          message:
            "Client application has been throttled and should not attempt to repeat the request until an amount of time has elapsed. Please see https://aka.ms/resourcegraph-throttling for help.",
        },
      ],
      { ...quota.headers, "retry-after": String(quota.resetsAfter) },
    );
  const within = subscriptionsOf(call, body.value);
  if ("status" in within) return within;
  try {
    if (body.value.facets?.length) throw unsupported("facets");
    const query = parseQuery(body.value.query);
    const table = runPipeline(query.operators, readTable(query.table, call, within));
    const answer = answerPage(call, body.value, query, table);
    if (!("status" in answer)) throw new QueryError(answer);
    return { ...answer, headers: quota.headers };
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return refuse(call, 400, "BadRequest", error.details, quota.headers);
  }
}

const missing = (): never => {
  throw new RangeError("no Microsoft.ResourceGraph");
};

export const resourceGraphRoutes: readonly Route[] = [
  route(
    "providers/Microsoft.ResourceGraph/resources",
    { type: "Microsoft.ResourceGraph/resources", versions: "handler" },
    { POST: runQuery },
  ),
];
