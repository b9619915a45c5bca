import { Hono } from "hono";
import type { GraphEnvironment, GraphRoutes } from "../environment.ts";
import { inMailbox } from "../mail/in-mailbox.ts";
import type { GraphState } from "../state.ts";
import { contactFolderRoutes } from "./contact-folders.ts";
import { contactsDelta } from "./contacts-delta.ts";
import { contactRoutes } from "./contacts.ts";

/** Contacts of a person, the same in each folder, and folders of contacts. */
export function contactBookRoutes(state: GraphState): GraphRoutes {
  const contacts = new Hono<GraphEnvironment>()
    .get(
      "/contacts/delta",
      inMailbox(state, (c, request) => contactsDelta(c, state, request)),
    )
    .route("/", contactRoutes(state));
  return new Hono<GraphEnvironment>()
    .route("/", contacts)
    .route("/contactFolders/:folder", contacts)
    .route("/", contactFolderRoutes(state));
}
