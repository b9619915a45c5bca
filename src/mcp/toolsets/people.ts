import type { User } from "@microsoft/microsoft-graph-types";
import * as z from "zod";
import { textOf } from "../../api/fields.ts";
import { getUser, listUsers } from "../../api/people.ts";
import { defined } from "../../contract/defined.ts";
import { lean, listInput, listOf, listOutput, words } from "../fields.ts";
import { tool, type ToolOutput } from "../tool.ts";

const shape = {
  id: words,
  name: words,
  mail: words,
  sign_in_name: words,
  job_title: words,
  department: words,
  office: words,
} as const;
const fields = "id,displayName,mail,userPrincipalName,jobTitle,department,officeLocation";

const leanUser = (user: User): ToolOutput =>
  lean(shape, {
    id: user.id,
    name: user.displayName,
    mail: user.mail,
    sign_in_name: user.userPrincipalName,
    job_title: user.jobTitle,
    department: user.department,
    office: user.officeLocation,
  });

const me = tool({
  name: "people_me",
  toolset: "people",
  title: "Who the person is",
  description: "The profile of the account's own user.",
  scope: getUser.scope,
  input: {},
  output: z.object(shape),
  run: async (call) => leanUser(await call.operation(getUser, { select: fields })),
});

const search = tool({
  name: "people_search",
  toolset: "people",
  title: "Find people",
  description: "People of the organization by words of their name. Not for personal accounts.",
  scope: listUsers.scope,
  input: {
    query: textOf(128).refine((text) => /[^\s"\\:]/.test(text), "must hold a word"),
    ...listInput,
  },
  output: listOutput(shape),
  run: async (call, { query, cursor, top }) => {
    const search_ = `displayName:${query.replaceAll(/["\\:]/g, " ").trim()}`;
    const page = await call.operation(listUsers, {
      search: search_,
      top,
      select: fields,
      ...defined({ cursor }),
    });
    return listOf(page, leanUser);
  },
});

export const peopleTools = [me, search];
