import type { Contact } from "@microsoft/microsoft-graph-types";
import { graphList, textOf } from "./fields.ts";
import { microsoft } from "./microsoft.ts";
import { operation } from "./operation.ts";

export const listContacts = operation({
  name: "listContacts",
  route: "GET /contacts",
  summary: "Contacts of the user",
  tag: "people",
  scope: "graph:read",
  needs: { delegated: ["Contacts.Read", "Contacts.ReadWrite"] },
  on: "connection",
  input: {
    ...graphList,
    folder: textOf(512)
      .optional()
      .meta({ description: "Id of a contact folder; default the user's own contacts." }),
  },
  form: "list",
  data: microsoft<Contact>("graph.Contact"),
  answer: "Graph's contacts.",
  over: ["http", "rpc", "client"],
  client: { of: "graph", name: "contacts" },
});
