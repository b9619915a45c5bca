import { type Answer, ok } from "./answer.ts";
import { page } from "./paging.ts";
import type { Call } from "./router.ts";

export interface ListOptions {
  emptyPage?: boolean;
  /** Members beside `value` and `nextLink`. */
  extra?: Record<string, unknown>;
}

/** A list route's answer: the page that was asked for. */
export function answerPage(
  { url, base, world }: Pick<Call, "url" | "base" | "world">,
  items: readonly unknown[],
  { emptyPage = false, extra = {} }: ListOptions = {},
): Answer {
  const result = page(items, { url, base, pageSize: world.settings.page_size, emptyPage });
  return "status" in result ? result : ok({ ...result, ...extra });
}
