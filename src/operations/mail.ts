import type { Message } from "@microsoft/microsoft-graph-types";
import { readPage, type Page } from "./page.ts";
import type { GraphListQuery } from "./people.ts";
import type { Target } from "./target.ts";

export interface MailQuery extends GraphListQuery {
  /** Id or well-known name of a folder. */
  folder?: string | undefined;
}

export const listMail = (target: Target, query: MailQuery): Promise<Page<Message>> =>
  readPage({ ...target, list: "/mail" }, query, (options) => target.graph.messages.list(options));

export const getMessage = (
  { graph }: Target,
  { id, select }: { id: string; select?: string | undefined },
): Promise<Message> => graph.messages.get(id, { select });

export const sendMail = async (
  { graph }: Target,
  { message, saveToSentItems }: { message: Message; saveToSentItems?: boolean | undefined },
): Promise<void> => graph.messages.send({ message, saveToSentItems });
