import type { GraphContext } from "./environment.ts";
import { GraphError } from "./graph-error.ts";

/** OData's system query options, and Graph's tokens. */
const systemOptions = [
  "$select",
  "$filter",
  "$orderby",
  "$top",
  "$skip",
  "$count",
  "$expand",
  "$search",
  "$skiptoken",
  "$deltatoken",
  "$format",
] as const;
export type SystemOption = (typeof systemOptions)[number];

const isSystemOption = (name: string): name is SystemOption =>
  systemOptions.some((option) => option === name);

/** The options of a request by name, in lower case. */
export type QueryOptions = Readonly<Partial<Record<string, string>>>;

/** What a parameter's name means: in any letter case and, under /beta, without the `$`. */
export function optionNamed(c: GraphContext, name: string): string {
  const lower = name.toLowerCase();
  const isBare = c.req.path.startsWith("/beta/") && isSystemOption(`$${lower}`);
  return isBare ? `$${lower}` : lower;
}

/** Reads a request's query options. Throws OData's 400 for one given twice. */
export function queryOptions(c: GraphContext): QueryOptions {
  const options = new Map<string, string>();
  for (const [name, value] of new URL(c.req.url).searchParams) {
    const option = optionNamed(c, name);
    if (option.startsWith("$") && options.has(option))
      throw new GraphError(
        400,
        "BadRequest",
        `Query option '${option}' was specified more than once, but it must be specified at most once.`,
      );
    if (!options.has(option)) options.set(option, value);
  }
  return Object.fromEntries(options);
}

/** How a workload answers an option that it does not take. */
export type OptionRefusal = (option: SystemOption) => GraphError;

export interface AcceptedOptions {
  accepted: readonly SystemOption[];
  refuse: OptionRefusal;
  /** Refuses every option of nobody's; other workloads leave those without a `$` alone. */
  strict?: boolean;
}

/**
 * The options of a request to a route that takes these and no other. None is dropped in silence:
 * an option of OData that the route does not take, and any other with a `$`, is refused.
 */
export function acceptedOptions(
  c: GraphContext,
  { accepted, refuse, strict = false }: AcceptedOptions,
): QueryOptions {
  const options = queryOptions(c);
  for (const name of Object.keys(options)) {
    if (isSystemOption(name)) {
      if (name !== "$format" && !accepted.includes(name)) throw refuse(name);
    } else if (strict) {
      throw new GraphError(
        400,
        "Request_BadRequest",
        `Unrecognized query argument specified: '${name}'.`,
      );
    } else if (name.startsWith("$")) {
      throw new GraphError(400, "BadRequest", `The query parameter '${name}' is not supported.`);
    }
  }
  const format = options["$format"];
  if (format !== undefined && !/^(?:json|application\/json\b.*)$/i.test(format))
    throw new GraphError(
      415,
      "BadRequest",
      `A supported MIME type could not be found for the value of $format: '${format}'.`,
    );
  return options;
}

/** OData's name of an option in its errors: `OrderBy`. */
const names: Record<SystemOption, string> = {
  $select: "Select",
  $filter: "Filter",
  $orderby: "OrderBy",
  $top: "Top",
  $skip: "Skip",
  $count: "Count",
  $expand: "Expand",
  $search: "Search",
  $skiptoken: "SkipToken",
  $deltatoken: "DeltaToken",
  $format: "Format",
};

const ofCollections: ReadonlySet<string> = new Set([
  "$filter",
  "$orderby",
  "$count",
  "$skip",
  "$top",
]);

/** What OData's library says about an option that a service has not allowed. */
const notAllowed = (option: SystemOption) =>
  `The query specified in the URI is not valid. Query option '${names[option]}' is not allowed. ` +
  "To allow it, set the 'AllowedQueryOptions' property on EnableQueryAttribute or QueryValidationSettings.";

/** A list that does not take an option. */
export const listRefusal =
  (code: string): OptionRefusal =>
  (option) =>
    new GraphError(400, code, notAllowed(option));

/** One resource, which is no collection. */
const entityRefusal =
  (code: string): OptionRefusal =>
  (option) =>
    new GraphError(
      400,
      code,
      ofCollections.has(option)
        ? "The query specified in the URI is not valid. The requested resource is not a collection. " +
            "Query options $filter, $orderby, $count, $skip, and $top can be applied only on collections."
        : notAllowed(option),
    );

/** The options of a request for one resource, or for the result of a write. */
export const entityOptions = (c: GraphContext, code = "BadRequest"): QueryOptions =>
  acceptedOptions(c, { accepted: ["$select", "$expand"], refuse: entityRefusal(code) });

/** The directory knows all arguments it takes, and refuses others, with or without a `$`. */
export const directoryOptions = (
  c: GraphContext,
  accepted: readonly SystemOption[],
  refuse: OptionRefusal = (option) =>
    new GraphError(400, "Request_BadRequest", `${names[option]} not supported.`),
): QueryOptions => acceptedOptions(c, { accepted, refuse, strict: true });
