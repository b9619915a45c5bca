import { Hono } from "hono";
import * as z from "zod";
import { parseBody } from "../body-names.ts";
import { readJson } from "../body.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { badRequest } from "../query.ts";
import type { GraphState } from "../state.ts";
import { inMailbox } from "./in-mailbox.ts";
import { stableKey } from "./outlook-id.ts";
import { answerMessage, messageOf } from "./messages.ts";
import type { Mailbox } from "./mailbox.ts";
import type { StoredFolder } from "./folder.ts";

const destination = z.object({ destinationId: z.string().min(1) });

/** The folder that a body names. Throws ErrorInvalidParameter for none. */
export async function readDestination(c: GraphContext, mailbox: Mailbox): Promise<StoredFolder> {
  const parsed = parseBody(destination, await readJson(c));
  if (!parsed.success)
    throw badRequest("DestinationId is a required parameter.", "ErrorInvalidParameter");
  return mailbox.folder(parsed.data.destinationId);
}

/** POST /messages/{id}/move and /copy: 201 with the message where it is now. */
export function transferRoutes(state: GraphState): GraphRoutes {
  return new Hono<GraphEnvironment>()
    .post(
      "/messages/:message/move",
      inMailbox(state, async (c, request) => {
        const mailbox = state.mailbox(request.owner);
        const message = messageOf(c, mailbox);
        const { key } = await readDestination(c, mailbox);
        const moved = mailbox.move(message, key, state.world.guid());
        return answerMessage(c, request, mailbox, moved, 201);
      }),
    )
    .post(
      "/messages/:message/copy",
      inMailbox(state, async (c, request) => {
        const mailbox = state.mailbox(request.owner);
        const message = messageOf(c, mailbox);
        const { key: folder } = await readDestination(c, mailbox);
        const key = stableKey("copied", state.world.guid());
        return answerMessage(c, request, mailbox, mailbox.put({ ...message, key, folder }), 201);
      }),
    );
}
