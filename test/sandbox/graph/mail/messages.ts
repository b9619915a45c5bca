import { Hono } from "hono";
import * as z from "zod";
import { empty, json } from "../answer.ts";
import { readJson } from "../body.ts";
import { versionRoot } from "../environment.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { GraphError } from "../graph-error.ts";
import { matches } from "../odata/filter-match.ts";
import { parseSelect, project } from "../odata/select.ts";
import { answerOutlookList } from "../outlook-list.ts";
import { badRequest, readQuery, valueOr400 } from "../query.ts";
import type { GraphState } from "../state.ts";
import { inMailbox } from "./in-mailbox.ts";
import type { MailboxRequest } from "./in-mailbox.ts";
import { toSecond } from "./mail-seed.ts";
import { isFound, parseMailSearch } from "./message-search.ts";
import { BEYOND_BASIC, viewMessage } from "./message-view.ts";
import { messageSchema } from "./message.ts";
import type { FolderName, StoredMessage } from "./message.ts";
import type { Mailbox } from "./mailbox.ts";

/** With Mail.ReadBasic alone a caller sees no bodies. */
export function hiddenFrom(c: GraphContext): readonly string[] {
  const { kind, scopes, roles } = c.get("caller");
  const held = kind === "app" ? roles : scopes;
  return held.has("Mail.Read") || held.has("Mail.ReadWrite") ? [] : BEYOND_BASIC;
}

/** $search goes with neither $filter nor $orderby in a mailbox. */
function searchedMessages(
  c: GraphContext,
  mailbox: Mailbox,
  messages: StoredMessage[],
  request: MailboxRequest,
): StoredMessage[] | undefined {
  const { $search, $filter, $orderby } = c.req.query();
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
  folder?: FolderName,
): Response {
  const { owner, preferences } = request;
  const mailbox = state.mailbox(owner);
  const messages = mailbox.messages(folder);
  const searched = searchedMessages(c, mailbox, messages, request);
  const within = folder === undefined ? "" : `/mailFolders('${c.req.param("folder")}')`;
  return answerOutlookList(c, {
    path: `users('${owner.graphId}')${within}/messages`,
    schema: messageSchema,
    items: searched ?? messages,
    searched: searched !== undefined,
    view: (message) => viewMessage(mailbox.name, message, preferences),
    hidden: hiddenFrom(c),
    pageSetting: state.world.settings.page_size,
  });
}

/** GET …/messages/$count: a bare number. */
export function countMessages(
  c: GraphContext,
  state: GraphState,
  { owner, preferences }: MailboxRequest,
  folder?: FolderName,
): Response {
  const mailbox = state.mailbox(owner);
  const { filter } = readQuery(c, messageSchema);
  const counted = mailbox
    .messages(folder)
    .filter(
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
  const text = c.req.query("$select");
  const select = text === undefined ? undefined : valueOr400(parseSelect(text, messageSchema));
  const shape = select === undefined ? "" : `(${select.join(",")})`;
  const hidden = hiddenFrom(c);
  const view = project(viewMessage(mailbox.name, message, preferences), select, ["id"]);
  const shown = Object.fromEntries(Object.entries(view).filter(([name]) => !hidden.includes(name)));
  return json(
    c,
    {
      "@odata.context": `${versionRoot(c)}/$metadata#users('${owner.graphId}')/messages${shape}/$entity`,
      ...shown,
    },
    status,
  );
}

const messageChange = z.strictObject({
  isRead: z.boolean().optional(),
  importance: z.enum(["low", "normal", "high"]).optional(),
  categories: z.array(z.string()).optional(),
});

async function changeMessage(
  c: GraphContext,
  state: GraphState,
  request: MailboxRequest,
): Promise<Response> {
  const mailbox = state.mailbox(request.owner);
  const message = mailbox.message(c.req.param("message") ?? "");
  const parsed = messageChange.safeParse(await readJson(c));
  if (!parsed.success)
    throw new GraphError(
      400,
      "ErrorInvalidRequest",
      `The sandbox lets isRead, importance and categories be changed: ${z.prettifyError(parsed.error)}`,
    );
  const { isRead, importance, categories } = parsed.data;
  const changed: StoredMessage = {
    ...message,
    isRead: isRead ?? message.isRead,
    importance: importance ?? message.importance,
    categories: categories ?? message.categories,
    revision: message.revision + 1,
    lastModifiedDateTime: toSecond(state.world.now()),
  };
  mailbox.put(changed);
  return answerMessage(c, request, mailbox, changed);
}

/** /messages of a person and what lies under it. */
export function messageRoutes(state: GraphState): GraphRoutes {
  return new Hono<GraphEnvironment>()
    .get(
      "/messages",
      inMailbox(state, "mail.read", (c, request) => answerMessages(c, state, request)),
    )
    .get(
      "/messages/$count",
      inMailbox(state, "mail.read", (c, request) => countMessages(c, state, request)),
    )
    .get(
      "/messages/:message",
      inMailbox(state, "mail.read", (c, request) => {
        const mailbox = state.mailbox(request.owner);
        return answerMessage(c, request, mailbox, mailbox.message(c.req.param("message") ?? ""));
      }),
    )
    .patch(
      "/messages/:message",
      inMailbox(state, "mail.write", (c, request) => changeMessage(c, state, request)),
    )
    .delete(
      "/messages/:message",
      inMailbox(state, "mail.write", (c, { owner }) => {
        const mailbox = state.mailbox(owner);
        mailbox.delete(mailbox.message(c.req.param("message") ?? ""));
        return empty(c, 204);
      }),
    );
}
