import type { User } from "@microsoft/microsoft-graph-types";
import { graphList, select, textOf } from "./fields.ts";
import { microsoft } from "./microsoft.ts";
import { operation } from "./operation.ts";

const user = microsoft<User>("graph.User");

/** Of any user's profile, the least privileged first. */
const readsUsers = [
  "User.ReadBasic.All",
  "User.Read.All",
  "User.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
  "AgentIdUser.ReadWrite.All",
  "AgentIdUser.ReadWrite.IdentityParentedBy",
] as const;
const managesDevices = ["Apps", "Configuration", "ManagedDevices", "ServiceConfig"].flatMap(
  (area) => [`DeviceManagement${area}.Read.All`, `DeviceManagement${area}.ReadWrite.All`],
);
const ownProfile = ["User.Read", "User.ReadWrite"] as const;

export const getUser = operation({
  name: "getUser",
  route: ["GET /user", "GET /users/{id}"],
  summary: "The signed-in user, or another by id or sign-in name",
  tag: "people",
  scope: "graph:read",
  needs: { delegated: [...ownProfile, ...readsUsers], personal: ownProfile },
  needsWith: { id: { delegated: [...readsUsers, ...managesDevices], personal: [] } },
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
  needs: { delegated: [...readsUsers, ...managesDevices], personal: [] },
  on: "connection",
  input: graphList,
  form: "list",
  data: user,
  answer: "Graph's users.",
  over: ["http", "client"],
  client: { of: "graph", name: "users" },
});
