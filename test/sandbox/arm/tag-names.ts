import { answerPage } from "./list.ts";
import { type Route, route } from "./router.ts";
import type { Tags } from "./state.ts";

interface TagName {
  /** As it was first written. */
  name: string;
  values: Map<string, number>;
}

/** Counts the tags in use; names are one whatever their case, values are not. */
export function countTags(tagSets: readonly Tags[]): TagName[] {
  const found = new Map<string, TagName>();
  for (const tags of tagSets)
    for (const [name, value] of Object.entries(tags)) {
      const known = found.get(name.toLowerCase()) ?? { name, values: new Map<string, number>() };
      found.set(name.toLowerCase(), known);
      known.values.set(value, (known.values.get(value) ?? 0) + 1);
    }
  return [...found.values()];
}

const total = (value: number) => ({ type: "Total", value });

function presentTagName(subscriptionId: string, { name, values }: TagName) {
  const id = `/subscriptions/${subscriptionId}/tagNames/${name}`;
  return {
    id,
    tagName: name,
    count: total([...values.values()].reduce((sum, count) => sum + count, 0)),
    values: [...values].map(([value, count]) => ({
      id: `${id}/tagValues/${value}`,
      tagValue: value,
      count: total(count),
    })),
  };
}

export const tagNameRoutes: readonly Route[] = [
  route(
    "subscriptions/{subscriptionId}/tagNames",
    { type: "Microsoft.Resources/subscriptions/tagNames", versions: "gateway" },
    {
      GET: (call) => {
        const { state, params } = call;
        const { subscriptionId } = params;
        const carriers = [...state.groups(subscriptionId), ...state.resources(subscriptionId)];
        const names = countTags(carriers.map(({ tags }) => tags));
        return answerPage(
          call,
          names.map((each) => presentTagName(subscriptionId, each)),
        );
      },
    },
  ),
];
