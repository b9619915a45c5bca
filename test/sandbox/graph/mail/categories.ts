import { Hono } from "hono";
import * as z from "zod";
import { empty } from "../answer.ts";
import { parseBody } from "../body-names.ts";
import { readJson } from "../body.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { GraphError } from "../graph-error.ts";
import { answerOutlookItem, answerOutlookList, listOptionsOf } from "../outlook-list.ts";
import { entityOptions } from "../query-options.ts";
import type { GraphState } from "../state.ts";
import { categorySchema as schema } from "./category.ts";
import type { OutlookCategory } from "./category.ts";
import { inMailbox } from "./in-mailbox.ts";
import type { MailboxRequest } from "./in-mailbox.ts";
import { bodyRefusal } from "./message-input.ts";
import { itemNotFound } from "./outlook-id.ts";

const color = z.string().regex(/^(?:none|preset(?:1?\d|2[0-4]))$/, "is no colour of Outlook's");
const newCategory = z.strictObject({
  displayName: z.string().min(1).max(255),
  color: color.default("none"),
});
const change = z.strictObject({ color });

/** /outlook/masterCategories. The name of one never changes. */
export function categoryRoutes(state: GraphState): GraphRoutes {
  const pathOf = ({ owner }: MailboxRequest) =>
    `users('${owner.graphId}')/outlook/masterCategories`;
  const categories = ({ owner }: MailboxRequest) => state.mailbox(owner).categories;
  const one = (c: GraphContext, request: MailboxRequest) => {
    const found = categories(request).get(c.req.param("category") ?? "");
    if (found === undefined) throw itemNotFound();
    return found;
  };
  const answer = (
    c: GraphContext,
    request: MailboxRequest,
    item: OutlookCategory,
    status: 200 | 201 = 200,
  ) => answerOutlookItem(c, { path: pathOf(request), schema, item, view: { ...item } }, status);

  return new Hono<GraphEnvironment>()
    .get(
      "/outlook/masterCategories",
      inMailbox(state, (c, request) =>
        answerOutlookList(c, {
          path: pathOf(request),
          schema,
          options: listOptionsOf(c),
          items: [...categories(request).values()],
          view: (category) => ({ ...category }),
          relations: {},
          pageSetting: state.world.settings.page_size,
        }),
      ),
    )
    .post(
      "/outlook/masterCategories",
      inMailbox(state, async (c, request) => {
        const parsed = parseBody(newCategory, await readJson(c));
        if (!parsed.success) throw bodyRefusal(parsed.error, schema.name);
        const wanted = parsed.data.displayName.toLowerCase();
        const known = [...categories(request).values()];
        if (known.some(({ displayName }) => displayName.toLowerCase() === wanted))
          throw new GraphError(409, "ErrorCategoryNameExists", "The category exists already.");
        const category = { id: state.world.guid(), ...parsed.data };
        categories(request).set(category.id, category);
        return answer(c, request, category, 201);
      }),
    )
    .get(
      "/outlook/masterCategories/:category",
      inMailbox(state, (c, request) => {
        entityOptions(c);
        return answer(c, request, one(c, request));
      }),
    )
    .patch(
      "/outlook/masterCategories/:category",
      inMailbox(state, async (c, request) => {
        const category = one(c, request);
        const parsed = parseBody(change, await readJson(c));
        if (!parsed.success) throw bodyRefusal(parsed.error, schema.name);
        const changed = { ...category, ...parsed.data };
        categories(request).set(category.id, changed);
        return answer(c, request, changed);
      }),
    )
    .delete(
      "/outlook/masterCategories/:category",
      inMailbox(state, (c, request) => {
        categories(request).delete(one(c, request).id);
        return empty(c, 204);
      }),
    );
}
