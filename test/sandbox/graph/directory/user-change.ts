import * as z from "zod";
import { parseBody } from "../body-names.ts";
import { readJson } from "../body.ts";
import type { GraphContext } from "../environment.ts";
import { badRequest } from "../query.ts";
import type { DirectoryUser } from "./user.ts";

const text = z.string().nullable();

const userChange = z.strictObject({
  businessPhones: z.array(z.string()).max(1).optional(),
  displayName: z.string().min(1).optional(),
  givenName: text.optional(),
  jobTitle: text.optional(),
  mobilePhone: text.optional(),
  officeLocation: text.optional(),
  preferredLanguage: text.optional(),
  surname: text.optional(),
  department: text.optional(),
  companyName: text.optional(),
  usageLocation: text.optional(),
  skills: z.array(z.string()).optional(),
});

/** Reads the body of PATCH /me and PATCH /users/{id}. */
export async function readUserChange(c: GraphContext): Promise<Partial<DirectoryUser>> {
  const parsed = parseBody(userChange, await readJson(c));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const name = issue?.code === "unrecognized_keys" ? issue.keys[0] : issue?.path.join(".");
    throw badRequest(
      `Invalid value specified for property '${name}' of resource 'User'.`,
      "Request_BadRequest",
    );
  }
  return Object.fromEntries(Object.entries(parsed.data).filter(([, value]) => value !== undefined));
}
