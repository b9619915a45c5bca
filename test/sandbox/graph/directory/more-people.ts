import * as z from "zod";
import { CONTOSO_TENANT, PERSONAL_TENANT } from "../../constants.ts";
import { tenantById, tenants } from "../../tenants.ts";
import type { World } from "../../world.ts";
import { stableGuid } from "../seed.ts";
import { stateOf } from "../state.ts";
import { directoryUser } from "./user.ts";

/** What `POST /_sandbox/people` takes. */
export const morePeopleInput = z.strictObject({
  count: z.number().int().min(1).max(20_000),
  tenant: z
    .string()
    .refine(
      (id) => id !== PERSONAL_TENANT && tenants.some((one) => one.id === id),
      "no work tenant of the sandbox",
    )
    .default(CONTOSO_TENANT),
});

/** Adds people to a directory, who cannot sign in; the same ones for the same numbers. */
export function addPeople(
  world: World,
  { count, tenant }: z.output<typeof morePeopleInput>,
): { people: number } {
  const state = stateOf(world);
  const { users } = state.directory(tenant);
  const { domain } = tenantById(tenant);
  const before = users.values().length;
  for (let number = before + 1; number <= before + count; number += 1) {
    const upn = `person${number}@${domain}`;
    const objectId = stableGuid("person", tenant, number);
    const person = {
      upn,
      name: `Person ${number}`,
      givenName: "Person",
      surname: String(number),
      jobTitle: null,
      mail: upn,
      homeTenantId: tenant,
      objectIds: new Map([[tenant, objectId]]),
      admin: false,
      appRoles: [],
    };
    state.added.set(objectId, person);
    users.put(objectId, directoryUser(person, tenant, objectId));
  }
  return { people: users.values().length };
}
