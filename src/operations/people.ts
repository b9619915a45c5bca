import { listContacts } from "../api/contacts.ts";
import { getUser, listUsers } from "../api/people.ts";
import { readPage } from "./page.ts";
import { serve } from "./serve.ts";

export const people = [
  serve(getUser, ({ graph }, { id, select }) =>
    id === undefined ? graph.users.me({ select }) : graph.users.get(id, { select }),
  ),
  serve(listUsers, (context, input) =>
    readPage(context, "/users", input, (query) => context.graph.users.list(query)),
  ),
  serve(listContacts, (context, input) =>
    readPage(context, "/contacts", input, (query) => context.graph.contacts.list(query)),
  ),
] as const;
