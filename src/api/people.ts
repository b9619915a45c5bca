import type { User } from "@microsoft/microsoft-graph-types";
import { graphList, select, textOf } from "./fields.ts";
import { microsoft } from "./microsoft.ts";
import { operation } from "./operation.ts";

const user = microsoft<User>("graph.User");

export const getUser = operation({
  name: "getUser",
  route: ["GET /user", "GET /users/{id}"],
  summary: "The signed-in user, or another by id or sign-in name",
  tag: "people",
  scope: "graph:read",
  needs: { delegated: ["User.Read", "User.ReadWrite"] },
  on: "connection",
  input: { id: textOf(256).optional(), select },
  form: "item",
  data: user,
  answer: "Graph's user.",
  over: ["http", "rpc", "client"],
  client: [
    { of: "graph", name: "user", without: ["id"] },
    { of: "graph", name: "userById", args: ["id"] },
  ],
});

export const listUsers = operation({
  name: "listUsers",
  route: "GET /users",
  summary: "Users of the directory",
  tag: "people",
  scope: "graph:read",
  needs: { delegated: ["User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All"] },
  on: "connection",
  input: graphList,
  form: "list",
  data: user,
  answer: "Graph's users.",
  over: ["http", "client"],
  client: { of: "graph", name: "users" },
});
