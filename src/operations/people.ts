import type { User } from "@microsoft/microsoft-graph-types";
import { readPage, type Page, type PageQuery } from "./page.ts";
import type { Target } from "./target.ts";

export interface GraphListQuery extends PageQuery {
  select?: string | undefined;
  filter?: string | undefined;
  search?: string | undefined;
  orderBy?: string | undefined;
}

export const getUser = (
  { graph }: Target,
  { id, select }: { id?: string | undefined; select?: string | undefined },
): Promise<User> =>
  id === undefined ? graph.users.me({ select }) : graph.users.get(id, { select });

export const listUsers = (target: Target, query: GraphListQuery): Promise<Page<User>> =>
  readPage({ ...target, list: "/users" }, query, (options) => target.graph.users.list(options));
