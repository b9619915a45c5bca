import { json } from "../answer.ts";
import { deltaAnswer } from "../delta/delta-round.ts";
import type { DeltaStyle } from "../delta/delta-round.ts";
import type { Change } from "../delta/change-log.ts";
import { versionRoot } from "../environment.ts";
import type { GraphContext } from "../environment.ts";
import { GraphError } from "../graph-error.ts";
import { nodesOf } from "../odata/filter-expression.ts";
import type { Expression } from "../odata/filter-expression.ts";
import { matches } from "../odata/filter-match.ts";
import { outlookEntity } from "../outlook-list.ts";
import { badRequest, readQuery } from "../query.ts";
import { acceptedOptions } from "../query-options.ts";
import type { QueryOptions } from "../query-options.ts";
import type { GraphState } from "../state.ts";
import { messageRelations } from "./attachment-view.ts";
import type { MailboxRequest } from "./in-mailbox.ts";
import { ONLY_SELECTED, viewMessage } from "./message-view.ts";
import { messageSchema } from "./message.ts";
import type { StoredMessage } from "./message.ts";
import { hiddenFrom } from "./messages.ts";
import { messageId } from "./outlook-id.ts";

/** Delta queries of Exchange: no `latest`, no Location, a last page of its own. */
export function outlookDelta(collection: string, check: DeltaStyle["check"]): DeltaStyle {
  return {
    collection,
    parameters: { skip: "$skiptoken", delta: "$deltatoken" },
    knowsLatest: false,
    lastPageApart: true,
    takesTop: true,
    usual: 10,
    most: 1000,
    check,
    gone: () =>
      new GraphError(
        410,
        "SyncStateNotFound",
        "The sync state generation is not found; generation=149;[highest=157][157][155][156].",
      ),
  };
}

/** What Exchange says of options that a delta query of this resource does not take. */
export const untracked = (resource: string, options: readonly string[]) =>
  badRequest(
    `The following parameters are not supported with change tracking over the '${resource}' resource: '${options.join(", ")}'.`,
    "ErrorInvalidUrlQuery",
  );

/** `receivedDateTime ge` or `gt` a moment: the one filter a message's delta query knows. */
const isSinceReceived = (filter: Expression) =>
  filter.kind === "compare" &&
  (filter.operator === "ge" || filter.operator === "gt") &&
  filter.path.join("/").toLowerCase() === "receiveddatetime" &&
  [...nodesOf(filter)].length === 1;

const changeTypes = ["created", "updated", "deleted"] as const;
type ChangeType = (typeof changeTypes)[number];

/** The one type of change that `changeType` asks for. Throws for a word that is none. */
function wantedChange({ changetype }: QueryOptions): ChangeType | undefined {
  if (changetype === undefined) return undefined;
  const wanted = changeTypes.find((type) => type === changetype.toLowerCase());
  if (wanted === undefined)
    throw badRequest(
      `The value '${changetype}' of changeType is not one of ${changeTypes.join(", ")}.`,
      "ErrorInvalidUrlQuery",
    );
  return wanted;
}

const typeOf = ({ item, created }: Change<StoredMessage>, from: number): ChangeType =>
  item === undefined ? "deleted" : created > from ? "created" : "updated";

/** Refuses what the delta query of messages does not take. */
function checkOptions(c: GraphContext): void {
  const options = acceptedOptions(c, {
    accepted: ["$select", "$filter", "$orderby", "$top", "$expand", "$skiptoken", "$deltatoken"],
    refuse: (option) => untracked("Messages", [option]),
  });
  const { filter, order } = readQuery(options, messageSchema);
  if (filter !== undefined && !isSinceReceived(filter))
    throw badRequest(
      "The '$filter' parameter value is not supported for 'Messages' resource; only a value of 'receivedDateTime ge value' is supported.",
      "ErrorInvalidUrlQuery",
    );
  const [first, ...others] = order ?? [];
  if (
    first !== undefined &&
    (first.path !== "receivedDateTime" || !first.descending || others.length > 0)
  )
    throw badRequest(
      "The '$orderby' parameter value is not supported for 'Messages' resource; only a value of 'receivedDateTime desc' is supported.",
      "ErrorInvalidUrlQuery",
    );
  wantedChange(options);
}

/** GET …/mailFolders/{id}/messages/delta. */
export function messagesDelta(
  c: GraphContext,
  state: GraphState,
  { owner, preferences }: MailboxRequest,
): Response {
  const mailbox = state.mailbox(owner);
  const folder = mailbox.folder(c.req.param("folder") ?? "").key;
  const shownBy = {
    relations: messageRelations(mailbox.name),
    hidden: hiddenFrom(c),
    onlySelected: ONLY_SELECTED,
  };
  const { entries, links } = deltaAnswer(
    c,
    state,
    outlookDelta(`messages ${mailbox.name} ${folder}`, () => checkOptions(c)),
    mailbox.log(folder),
    (options, from) => {
      const wanted = wantedChange(options);
      const query = readQuery(options, messageSchema);
      return {
        place: (change): Record<string, unknown>[] => {
          const { id, item } = change;
          if (wanted !== undefined && wanted !== typeOf(change, from)) return [];
          if (item === undefined)
            return [
              {
                "@odata.type": "#microsoft.graph.message",
                id: messageId(mailbox.name, id, preferences.immutableIds),
                "@removed": { reason: "deleted" },
              },
            ];
          const view = viewMessage(mailbox.name, item, preferences);
          if (query.filter !== undefined && !matches(query.filter, view)) return [];
          const shown = outlookEntity(c, item, view, query, shownBy);
          return [{ "@odata.type": "#microsoft.graph.message", ...shown }];
        },
        // What was deleted has no time any more and comes last.
        rank: ({ version, item }) =>
          query.order === undefined ? version : -Date.parse(item?.receivedDateTime ?? "0"),
      };
    },
  );
  c.header("preference-applied", "odata.track-changes", { append: true });
  return json(c, {
    "@odata.context": `${versionRoot(c)}/$metadata#Collection(message)`,
    ...links,
    value: entries,
  });
}
