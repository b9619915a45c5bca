import { alarmMutations } from "./alarm.ts";
import { callMutations } from "./calls.ts";
import { deliveryMutations } from "./delivery.ts";
import { grantMutations } from "./grant.ts";
import { tenantMutations } from "./tenants.ts";
import { tokenMutations } from "./tokens.ts";
import { watchMutations } from "./watches.ts";
import type { Mutation } from "./mutation.ts";

/** Every fault that the simulation is known to find. */
export const mutations: readonly Mutation[] = [
  ...tokenMutations,
  ...grantMutations,
  ...callMutations,
  ...alarmMutations,
  ...deliveryMutations,
  ...tenantMutations,
  ...watchMutations,
];

/** @throws Error for a name that no mutation has */
export function mutationOf(name: string): Mutation {
  const mutation = mutations.find((one) => one.name === name);
  if (mutation === undefined) throw new Error(`there is no mutation "${name}"`);
  return mutation;
}
