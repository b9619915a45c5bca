import { Hono } from "hono";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { matches } from "../odata/filter-match.ts";
import { answerOutlookItem, answerOutlookList, outlookListOptions } from "../outlook-list.ts";
import { holds } from "../permissions.ts";
import { badRequest, readQuery, valueOr400 } from "../query.ts";
import { acceptedOptions, entityOptions, listRefusal } from "../query-options.ts";
import type { QueryOptions } from "../query-options.ts";
import type { GraphState } from "../state.ts";
import { messageRelations } from "./attachment-view.ts";
import { inMailbox } from "./in-mailbox.ts";
import type { MailboxRequest } from "./in-mailbox.ts";
import { isFound, parseMailSearch } from "./message-search.ts";
import { BEYOND_BASIC, ONLY_SELECTED, viewMessage } from "./message-view.ts";
import { messageSchema } from "./message.ts";
import type { StoredMessage } from "./message.ts";
import type { Mailbox } from "./mailbox.ts";

/** With Mail.ReadBasic alone a caller sees no bodies. */
export function hiddenFrom(c: GraphContext): readonly string[] {
  return holds(c, "Mail.Read", "Mail.ReadWrite") ? [] : BEYOND_BASIC;
}

/** $search goes with neither $filter nor $orderby in a mailbox. */
function searchedMessages(
  { $search, $filter, $orderby }: QueryOptions,
  mailbox: Mailbox,
  messages: StoredMessage[],
  request: MailboxRequest,
): StoredMessage[] | undefined {
  if ($search === undefined) return undefined;
  const refused = Object.entries({ Filter: $filter, OrderBy: $orderby }).find(
    ([, value]) => value !== undefined,
  );
  if (refused !== undefined)
    throw badRequest(
      `The query parameter '$${refused[0].toLowerCase()}' is not supported with '$search'.`,
      `SearchWith${refused[0]}`,
    );
  const terms = valueOr400(parseMailSearch($search));
  return messages.filter((message) =>
    isFound(terms, viewMessage(mailbox.name, message, request.preferences)),
  );
}

/** Answers a list of the messages of one folder, or of the whole mailbox. */
export function answerMessages(
  c: GraphContext,
  state: GraphState,
  request: MailboxRequest,
): Response {
  const { owner, preferences } = request;
  const options = acceptedOptions(c, {
    accepted: [...outlookListOptions, "$search", "$skiptoken"],
    refuse: listRefusal("BadRequest"),
  });
  const mailbox = state.mailbox(owner);
  const folder = folderOf(c, mailbox);
  const messages = mailbox.messages(folder);
  const searched = searchedMessages(options, mailbox, messages, request);
  const within = folder === undefined ? "" : `/mailFolders('${c.req.param("folder")}')`;
  return answerOutlookList(c, {
    path: `users('${owner.graphId}')${within}/messages`,
    schema: messageSchema,
    options,
    items: searched ?? messages,
    searched: searched !== undefined,
    view: (message) => viewMessage(mailbox.name, message, preferences),
    relations: messageRelations(mailbox.name),
    hidden: hiddenFrom(c),
    onlySelected: ONLY_SELECTED,
    pageSetting: state.world.settings.page_size,
  });
}

/** GET …/messages/$count: a bare number. */
export function countMessages(
  c: GraphContext,
  state: GraphState,
  request: MailboxRequest,
): Response {
  const { owner, preferences } = request;
  const options = acceptedOptions(c, {
    accepted: ["$filter", "$search"],
    refuse: listRefusal("BadRequest"),
  });
  const mailbox = state.mailbox(owner);
  const { filter } = readQuery(options, messageSchema);
  const folder = folderOf(c, mailbox);
  const messages = mailbox.messages(folder);
  const counted = (searchedMessages(options, mailbox, messages, request) ?? messages).filter(
    (message) =>
      filter === undefined || matches(filter, viewMessage(mailbox.name, message, preferences)),
  );
  return c.text(String(counted.length), 200, { "content-type": "text/plain" });
}

/** One message, or what $select names of it. */
export function answerMessage(
  c: GraphContext,
  { owner, preferences }: MailboxRequest,
  mailbox: Mailbox,
  message: StoredMessage,
  status: 200 | 201 = 200,
): Response {
  return answerOutlookItem(
    c,
    {
      path: `users('${owner.graphId}')/messages`,
      schema: messageSchema,
      item: message,
      view: viewMessage(mailbox.name, message, preferences),
      relations: messageRelations(mailbox.name),
      hidden: hiddenFrom(c),
      onlySelected: ONLY_SELECTED,
    },
    status,
  );
}

/** The folder that the path names, if it names one. */
export function folderOf(c: GraphContext, mailbox: Mailbox): string | undefined {
  const named = c.req.param("folder");
  return named === undefined ? undefined : mailbox.folder(named).key;
}

/** The message that the path names, in the folder that it names. */
export const messageOf = (c: GraphContext, mailbox: Mailbox): StoredMessage =>
  mailbox.message(c.req.param("message") ?? "", folderOf(c, mailbox));

/** /messages of a person or of a folder, read. */
export function messageRoutes(state: GraphState): GraphRoutes {
  return new Hono<GraphEnvironment>()
    .get(
      "/messages",
      inMailbox(state, (c, request) => answerMessages(c, state, request)),
    )
    .get(
      "/messages/$count",
      inMailbox(state, (c, request) => countMessages(c, state, request)),
    )
    .get(
      "/messages/:message",
      inMailbox(state, (c, request) => {
        entityOptions(c);
        const mailbox = state.mailbox(request.owner);
        return answerMessage(c, request, mailbox, messageOf(c, mailbox));
      }),
    );
}
