/**
 * The facts of what happens, each declared once: its type, its name, and where it is written. Log
 * line, span and data point are made from them, so a name means the same in all three. None of them
 * holds a URL, a header, a body or an error's text, because those can hold codes and tokens.
 */

/** `log`: a line of JSON. `span`: an attribute of a trace's span. `point`: a column of a data point. */
export type Place = "log" | "span" | "point";

/** One redemption of the refresh token: a token POST and what became of it. */
export interface RefreshFacts {
  resource: string;
  /** `ok`, OAuth's `error`, or our own word for what failed. */
  outcome: string;
  duration_ms: number;
  /** Callers that waited for it; 0 when it was made behind them or by the alarm. */
  waiters: number;
  /** 1, and one more for every failure in a row before it. */
  attempt: number;
  aadsts?: number;
  /** The remedy's. */
  action?: string;
  /** Microsoft's. */
  upstream_request_id?: string;
  /** `client-request-id` of the token POST; absent where nothing was sent. */
  request_id?: string;
}

/** One call through the connection, up to the headers of its answer. */
export interface CallFacts {
  /** Absent: the call was for none of them, and refused. */
  resource?: string;
  /** `answered` by Microsoft, or the code of our own error. */
  outcome: string;
  duration_ms: number;
  /** What is left of it without the time that Microsoft took: the lane, a token, ourselves. */
  overhead_ms: number;
  /** The wait for a place among the calls to one mailbox. */
  lane_ms: number;
  /** How often Microsoft was asked: again after a 401, and where it redirected. */
  attempt: number;
  status: number;
  /** Microsoft's. */
  upstream_request_id?: string;
}

/** One run of a connection's alarm. */
export interface AlarmFacts {
  outcome: "ok" | "failed";
  /** How late it ran. */
  lag_ms: number;
  duration_ms: number;
  /** Tokens it set out to renew. */
  renewals: number;
  /** Deliveries to the directory, webhooks and the pipeline, successful or not. */
  deliveries: number;
  /** The name of the unexpected error, if there was one. */
  error_name?: string;
}

/** One delivery to a sink that failed, was paused, or lost events; and the span of every delivery. */
export interface DeliveryFacts {
  /** `pipeline`, or `webhook:{id}`. */
  sink?: string;
  /** Our own word for what failed. */
  code?: string;
  error_name?: string;
  /** Of the receiver's answer. */
  status?: number;
}

/** One request over HTTP. */
export interface RequestFacts {
  request_id: string;
  method: string;
  /** The pattern that answered (`/mail/{id}`), never the path asked for. */
  route: string;
  status: number;
  duration_ms: number;
  /** `api_key:{id}`; of a user's credential the kind alone. */
  caller?: string;
  /** A hash, see `connectionHash`. */
  connection?: string;
  /** Of our own error. */
  code?: string;
  /** Microsoft's, of the last answer that had one. */
  upstream_request_id?: string;
}

/** One method that a sibling Worker called. */
export interface RpcFacts {
  request_id: string;
  method: string;
  /** `sibling:{caller of its props}`. */
  caller: string;
  /** `ok`, or the code of what was thrown. */
  outcome: string;
  duration_ms: number;
  /** A hash, see `connectionHash`. */
  connection?: string;
  /** Microsoft's, of the last answer that had one. */
  upstream_request_id?: string;
}

/** One call of a tool by an MCP client. */
export interface ToolFacts {
  request_id: string;
  tool: string;
  /** As of a request over HTTP. */
  caller: string;
  /** The id of a registered client, else the name that the client gives itself. */
  client?: string;
  /** Hashes, see `connectionHash`. */
  user: string;
  connection: string;
  /** `ok`, `input_required` where the person is asked first, or the code of the error. */
  outcome: string;
  duration_ms: number;
  /** Microsoft's, of the last answer that had one. */
  upstream_request_id?: string;
}

export interface Facts {
  refresh: RefreshFacts;
  call: CallFacts;
  alarm: AlarmFacts;
  delivery: DeliveryFacts;
  request: RequestFacts;
  rpc: RpcFacts;
  tool: ToolFacts;
}
export type Kind = keyof Facts;

const everywhere = ["log", "span", "point"] as const;
const logAndPoint = ["log", "point"] as const;
const spanAndPoint = ["span", "point"] as const;
const log = ["log"] as const;
const span = ["span"] as const;
const point = ["point"] as const;

/** Where each fact is written. A call has no line in the log: there are too many of them. */
const places = {
  refresh: {
    resource: everywhere,
    outcome: everywhere,
    duration_ms: logAndPoint,
    waiters: everywhere,
    attempt: everywhere,
    aadsts: logAndPoint,
    action: logAndPoint,
    upstream_request_id: log,
    request_id: log,
  },
  call: {
    resource: spanAndPoint,
    outcome: point,
    duration_ms: point,
    overhead_ms: point,
    lane_ms: point,
    attempt: spanAndPoint,
    status: spanAndPoint,
    upstream_request_id: span,
  },
  alarm: {
    outcome: logAndPoint,
    lag_ms: logAndPoint,
    duration_ms: logAndPoint,
    renewals: logAndPoint,
    deliveries: logAndPoint,
    error_name: log,
  },
  delivery: { sink: log, code: log, error_name: log, status: span },
  request: {
    request_id: log,
    method: log,
    route: log,
    status: log,
    duration_ms: log,
    caller: log,
    connection: log,
    code: log,
    upstream_request_id: log,
  },
  rpc: {
    request_id: log,
    method: log,
    caller: log,
    outcome: log,
    duration_ms: log,
    connection: log,
    upstream_request_id: log,
  },
  tool: {
    request_id: log,
    tool: log,
    caller: log,
    client: log,
    user: log,
    connection: log,
    outcome: log,
    duration_ms: log,
    upstream_request_id: log,
  },
} as const satisfies { [Each in Kind]: Record<keyof Facts[Each], readonly Place[]> };

type Places = typeof places;

type NamesAt<Each extends Kind, At extends Place> = {
  [Name in keyof Places[Each]]: Places[Each][Name] extends readonly (infer Listed)[]
    ? At extends Listed
      ? Name
      : never
    : never;
}[keyof Places[Each]] &
  keyof Facts[Each];

/** The facts of one kind that are written at one place. */
export type FactsAt<Each extends Kind, At extends Place> = Pick<Facts[Each], NamesAt<Each, At>>;

/**
 * Picks what is written at one place.
 *
 * @param kind what happened
 * @param at the place
 * @returns the facts declared for it, without those that have no value
 */
export function factsAt<Each extends Kind, At extends Place>(
  kind: Each,
  at: At,
  facts: Facts[Each],
): FactsAt<Each, At> {
  const declared: Readonly<Record<string, readonly Place[]>> = places[kind];
  // What is left is exactly what `FactsAt` picks by the same table.
  return Object.fromEntries(
    Object.entries(facts).filter(
      ([name, value]) => value !== undefined && declared[name]?.includes(at) === true,
    ),
  ) as FactsAt<Each, At>;
}
