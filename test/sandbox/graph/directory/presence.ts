import { Hono } from "hono";
import { json } from "../answer.ts";
import { versionRoot } from "../environment.ts";
import type { GraphEnvironment, GraphRoutes } from "../environment.ts";
import { unknownSegment } from "../permissions.ts";
import { listRefusal, acceptedOptions, entityOptions } from "../query-options.ts";
import type { GraphState } from "../state.ts";
import { stableChoice } from "../seed.ts";
import { somebody } from "./somebody.ts";

/** Presence, plans and rooms of a user: nobody has a plan, and there are two rooms. */
export function presenceRoutes(state: GraphState): GraphRoutes {
  return new Hono<GraphEnvironment>()
    .get("/presence", (c) => {
      const { user } = somebody(c, state);
      entityOptions(c);
      const availability = stableChoice(["Available", "Busy", "Away"], "presence", user.id);
      return json(c, {
        "@odata.context": `${versionRoot(c)}/$metadata#users('${user.id}')/presence/$entity`,
        id: user.id,
        availability,
        activity: availability,
        statusMessage: null,
      });
    })
    .get("/planner/tasks", (c) => {
      somebody(c, state);
      acceptedOptions(c, {
        accepted: ["$select", "$filter", "$top", "$count"],
        refuse: listRefusal("BadRequest"),
      });
      return json(c, { "@odata.context": `${versionRoot(c)}/$metadata#planner/tasks`, value: [] });
    })
    .get("/findRooms", (c) => {
      const { user } = somebody(c, state);
      // Of the beta version alone.
      if (!c.req.path.startsWith("/beta/")) throw unknownSegment("findRooms");
      entityOptions(c);
      const [, domain = ""] = (user.mail ?? user.userPrincipalName).split("@");
      return json(c, {
        "@odata.context": `${versionRoot(c)}/$metadata#Collection(microsoft.graph.emailAddress)`,
        value: [1, 2].map((number) => ({
          name: `Room ${number}`,
          address: `room${number}@${domain}`,
        })),
      });
    });
}
