import { Hono } from "hono";
import * as z from "zod";
import { json } from "../answer.ts";
import { parseBody } from "../body-names.ts";
import { readJson } from "../body.ts";
import { versionRoot } from "../environment.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { badRequest, readQuery } from "../query.ts";
import { entityOptions } from "../query-options.ts";
import type { EntitySchema } from "../odata/schema.ts";
import { project } from "../odata/select.ts";
import type { GraphState } from "../state.ts";
import { inMailbox } from "./in-mailbox.ts";
import type { MailboxRequest } from "./in-mailbox.ts";
import { settingsChange, settingsShape } from "./mailbox-settings.ts";
import { bodyRefusal } from "./message-input.ts";
import { folderId } from "./outlook-id.ts";

const NAME = "microsoft.graph.mailboxSettings";
const properties = ["archiveFolder", "userPurpose", ...Object.keys(settingsShape.shape)];
const schema: EntitySchema = {
  name: NAME,
  properties: Object.fromEntries(properties.map((name) => [name, "complex"])),
};

const view = (state: GraphState, { owner }: MailboxRequest): Record<string, unknown> => {
  const mailbox = state.mailbox(owner);
  return {
    archiveFolder: folderId(mailbox.name, "archive"),
    userPurpose: "user",
    ...mailbox.settings,
  };
};

const contextOf = (c: GraphContext, { owner }: MailboxRequest, below = "") =>
  `${versionRoot(c)}/$metadata#users('${owner.graphId}')/mailboxSettings${below}`;

function answer(c: GraphContext, state: GraphState, request: MailboxRequest): Response {
  const { select } = readQuery(entityOptions(c), schema);
  return json(c, {
    "@odata.context": contextOf(c, request),
    ...project(view(state, request), select),
  });
}

/** One setting: an object stands for itself, a plain value is in `value`. */
function answerOne(
  c: GraphContext,
  state: GraphState,
  request: MailboxRequest,
  name: string,
): Response {
  entityOptions(c);
  const value = view(state, request)[name];
  const shown = typeof value === "object" ? { ...value } : { value };
  return json(c, { "@odata.context": contextOf(c, request, `/${name}`), ...shown });
}

/** /mailboxSettings of a person, and each of them by its name. */
export function mailboxSettingsRoutes(state: GraphState): GraphRoutes {
  const routes = new Hono<GraphEnvironment>()
    .get(
      "/mailboxSettings",
      inMailbox(state, (c, request) => answer(c, state, request)),
    )
    .patch(
      "/mailboxSettings",
      inMailbox(state, async (c, request) => {
        const parsed = parseBody(settingsChange, await readJson(c));
        if (!parsed.success) throw bodyRefusal(parsed.error, NAME);
        const mailbox = state.mailbox(request.owner);
        const { automaticRepliesSetting, language, workingHours, ...plain } = parsed.data;
        const old = mailbox.settings;
        const merged = settingsShape.safeParse({
          ...old,
          ...Object.fromEntries(Object.entries(plain).filter(([name]) => name in old)),
          automaticRepliesSetting: { ...old.automaticRepliesSetting, ...automaticRepliesSetting },
          language: { ...old.language, ...language },
          workingHours: { ...old.workingHours, ...workingHours },
        });
        if (!merged.success) throw badRequest(z.prettifyError(merged.error));
        mailbox.settings = merged.data;
        return answer(c, state, request);
      }),
    );
  for (const name of properties.filter((one) => one !== "archiveFolder"))
    routes.get(
      `/mailboxSettings/${name}`,
      inMailbox(state, (c, request) => answerOne(c, state, request, name)),
    );
  return routes;
}
