import type { Event, Message, User } from "@microsoft/microsoft-graph-types";
import type { BatchRequest } from "../graph/batch-plan.ts";
import type { BatchResponse } from "../graph/batch-answer.ts";
import type { Answer, ServiceCall, ServiceRequests } from "./requests.ts";
import { segment } from "./url-text.ts";
import { ownerQuery, type Who } from "./who.ts";

/** What lists of Graph take; `select`, `filter`, `search` and `orderBy` are Graph's own OData. */
export interface GraphListOptions {
  /** 1–100, default 25. */
  top?: number | undefined;
  cursor?: string | undefined;
  select?: string | undefined;
  filter?: string | undefined;
  search?: string | undefined;
  orderBy?: string | undefined;
}

export interface CalendarOptions extends GraphListOptions {
  /** RFC 3339. */
  start?: string | undefined;
  end?: string | undefined;
  /** The zone that times are told in: `Europe/Berlin`. */
  timeZone?: string | undefined;
}

/** Graph's own body of `sendMail`. */
export interface SendMail {
  message: Message;
  saveToSentItems?: boolean;
}

const listQuery = ({ orderBy, ...rest }: GraphListOptions) => ({ ...rest, order_by: orderBy });

/** People, mail, calendar and batches of one connection. */
export class GraphRoutes {
  readonly #requests: ServiceRequests;
  readonly #who: Who;

  constructor(requests: ServiceRequests, who: Who) {
    this.#requests = requests;
    this.#who = who;
  }

  /** The user of the connection. */
  async user(options: { select?: string } = {}): Promise<Answer<User>> {
    return this.#send({ path: "/user", query: options });
  }

  async users(options: GraphListOptions = {}): Promise<Answer<User[]>> {
    return this.#send({ path: "/users", query: listQuery(options) });
  }

  /** @param userId object id or sign-in name. */
  async userById(userId: string, options: { select?: string } = {}): Promise<Answer<User>> {
    return this.#send({ path: `/users/${segment("userId", userId)}`, query: options });
  }

  /** Newest first. */
  async messages(
    options: GraphListOptions & { folder?: string | undefined } = {},
  ): Promise<Answer<Message[]>> {
    return this.#send({ path: "/mail", query: listQuery(options) });
  }

  async message(id: string, options: { select?: string } = {}): Promise<Answer<Message>> {
    return this.#send({ path: `/mail/${segment("id", id)}`, query: options });
  }

  async sendMail(mail: SendMail): Promise<Answer<{ accepted: true }>> {
    return this.#send({ method: "POST", path: "/mail/send", body: mail });
  }

  /** With `start` and `end`, the occurrences of series within them. */
  async events({ timeZone, ...options }: CalendarOptions = {}): Promise<Answer<Event[]>> {
    const query = { ...listQuery(options), time_zone: timeZone };
    return this.#send({ path: "/calendar/events", query });
  }

  /** @param options.timeZone the zone that the times of the answer are told in. */
  async createEvent(
    event: Event,
    { timeZone }: { timeZone?: string | undefined } = {},
  ): Promise<Answer<Event>> {
    const query = { time_zone: timeZone };
    return this.#send({ method: "POST", path: "/calendar/events", query, body: event });
  }

  /** Up to 100 requests, answered in the order asked. */
  async batch(requests: readonly BatchRequest[]): Promise<Answer<{ responses: BatchResponse[] }>> {
    return this.#send({ method: "POST", path: "/batch", body: { requests } });
  }

  async #send<Data>(call: ServiceCall): Promise<Answer<Data>> {
    return this.#requests.send({ ...call, query: { ...ownerQuery(this.#who), ...call.query } });
  }
}
