import { Hono } from "hono";
import type * as z from "zod";
import { empty } from "../answer.ts";
import { parseBody } from "../body-names.ts";
import { readJson } from "../body.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { answerOutlookItem, answerOutlookList, listOptionsOf } from "../outlook-list.ts";
import { badRequest } from "../query.ts";
import { entityOptions } from "../query-options.ts";
import type { GraphState } from "../state.ts";
import { inMailbox } from "./in-mailbox.ts";
import type { MailboxRequest } from "./in-mailbox.ts";
import type { Mailbox } from "./mailbox.ts";
import { bodyRefusal } from "./message-input.ts";
import { itemNotFound, keyOfId, stableKey } from "./outlook-id.ts";
import { ruleInput, ruleSchema, viewRule } from "./rule.ts";
import type { StoredRule } from "./rule.ts";

const TYPE = "microsoft.graph.messageRule";

/** Only the inbox has rules. */
function mailboxOf(c: GraphContext, state: GraphState, { owner }: MailboxRequest): Mailbox {
  const mailbox = state.mailbox(owner);
  if (mailbox.folder(c.req.param("folder") ?? "").key !== "inbox")
    throw badRequest("Message rules are those of the inbox alone.", "ErrorInvalidRequest");
  return mailbox;
}

function ruleOf(c: GraphContext, mailbox: Mailbox): StoredRule {
  const rule = mailbox.rules.get(keyOfId(c.req.param("rule") ?? ""));
  if (rule === undefined) throw itemNotFound();
  return rule;
}

const pathOf = ({ owner }: MailboxRequest) =>
  `users('${owner.graphId}')/mailFolders('inbox')/messageRules`;

function answerRule(
  c: GraphContext,
  request: MailboxRequest,
  mailbox: Mailbox,
  rule: StoredRule,
  status: 200 | 201 = 200,
): Response {
  const view = viewRule(mailbox, rule);
  return answerOutlookItem(
    c,
    { path: pathOf(request), schema: ruleSchema, item: rule, view },
    status,
  );
}

/** Keeps a rule. Throws for one that does nothing, or that names a folder that is not there. */
function keep(
  mailbox: Mailbox,
  key: string,
  input: z.infer<typeof ruleInput> | StoredRule,
): StoredRule {
  const { displayName, sequence, isEnabled, conditions, exceptions, actions } = input;
  if (Object.values(actions).every((action) => action === null || action === undefined))
    throw badRequest("A rule needs at least one action.", "ErrorInvalidArgument");
  for (const folder of [actions.moveToFolder, actions.copyToFolder]) {
    if (folder !== null && folder !== undefined) mailbox.folder(folder);
  }
  const rule = {
    key,
    displayName,
    sequence,
    isEnabled: isEnabled ?? true,
    conditions: conditions ?? null,
    exceptions: exceptions ?? null,
    actions,
  };
  mailbox.rules.set(key, rule);
  return rule;
}

/** /mailFolders/inbox/messageRules: they are obeyed when a message arrives. */
export function ruleRoutes(state: GraphState): GraphRoutes {
  return new Hono<GraphEnvironment>()
    .get(
      "/mailFolders/:folder/messageRules",
      inMailbox(state, (c, request) => {
        const mailbox = mailboxOf(c, state, request);
        return answerOutlookList(c, {
          path: pathOf(request),
          schema: ruleSchema,
          options: listOptionsOf(c),
          items: [...mailbox.rules.values()],
          view: (rule) => viewRule(mailbox, rule),
          relations: {},
          pageSetting: state.world.settings.page_size,
        });
      }),
    )
    .post(
      "/mailFolders/:folder/messageRules",
      inMailbox(state, async (c, request) => {
        const mailbox = mailboxOf(c, state, request);
        const parsed = parseBody(ruleInput, await readJson(c));
        if (!parsed.success) throw bodyRefusal(parsed.error, TYPE);
        const rule = keep(mailbox, stableKey("rule", state.world.guid()), parsed.data);
        return answerRule(c, request, mailbox, rule, 201);
      }),
    )
    .get(
      "/mailFolders/:folder/messageRules/:rule",
      inMailbox(state, (c, request) => {
        entityOptions(c);
        const mailbox = mailboxOf(c, state, request);
        return answerRule(c, request, mailbox, ruleOf(c, mailbox));
      }),
    )
    .patch(
      "/mailFolders/:folder/messageRules/:rule",
      inMailbox(state, async (c, request) => {
        const mailbox = mailboxOf(c, state, request);
        const rule = ruleOf(c, mailbox);
        const parsed = parseBody(ruleInput.partial(), await readJson(c));
        if (!parsed.success) throw bodyRefusal(parsed.error, TYPE);
        const given = Object.fromEntries(
          Object.entries(parsed.data).filter(([, value]) => value !== undefined),
        );
        return answerRule(c, request, mailbox, keep(mailbox, rule.key, { ...rule, ...given }));
      }),
    )
    .delete(
      "/mailFolders/:folder/messageRules/:rule",
      inMailbox(state, (c, request) => {
        const mailbox = mailboxOf(c, state, request);
        mailbox.rules.delete(ruleOf(c, mailbox).key);
        return empty(c, 204);
      }),
    );
}
