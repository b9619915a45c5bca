import { Hono } from "hono";
import type { GraphEnvironment, GraphRoutes } from "../environment.ts";
import type { GraphState } from "../state.ts";
import { attachmentRoutes } from "./attachments.ts";
import { categoryRoutes } from "./categories.ts";
import { draftRoutes } from "./drafts.ts";
import { folderTransferRoutes } from "./folder-transfers.ts";
import { folderRoutes } from "./folders.ts";
import { inMailbox } from "./in-mailbox.ts";
import { messageChangeRoutes } from "./message-change.ts";
import { messagesDelta } from "./messages-delta.ts";
import { messageRoutes } from "./messages.ts";
import { replyRoutes } from "./replies.ts";
import { ruleRoutes } from "./rules.ts";
import { sendMailRoutes } from "./send-mail.ts";
import { mailboxSettingsRoutes } from "./settings-routes.ts";
import { transferRoutes } from "./transfers.ts";

/** Mail of a person: messages, the same in each folder, folders, sending, rules and settings. */
export function mailRoutes(state: GraphState): GraphRoutes {
  const messages = new Hono<GraphEnvironment>()
    .route("/", messageRoutes(state))
    .route("/", messageChangeRoutes(state))
    .route("/", draftRoutes(state))
    .route("/", transferRoutes(state))
    .route("/", replyRoutes(state))
    .route("/", attachmentRoutes(state));
  return new Hono<GraphEnvironment>()
    .route("/", messages)
    .get(
      "/mailFolders/:folder/messages/delta",
      inMailbox(state, (c, request) => messagesDelta(c, state, request)),
    )
    .route("/mailFolders/:folder", messages)
    .route("/", folderRoutes(state))
    .route("/", folderTransferRoutes(state))
    .route("/", sendMailRoutes(state))
    .route("/", ruleRoutes(state))
    .route("/", categoryRoutes(state))
    .route("/", mailboxSettingsRoutes(state));
}
