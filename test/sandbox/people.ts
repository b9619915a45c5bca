import { CONTOSO_TENANT, FABRIKAM_TENANT, PERSONAL_TENANT } from "./constants.ts";
import type { SandboxUser } from "./world.ts";

interface Person {
  upn: string;
  givenName: string;
  surname: string;
  jobTitle: string | null;
  admin?: boolean;
  /** The application's own roles that this account was given at home. */
  appRoles?: string[];
  /** Object id by tenant, the home tenant first. */
  objectIds: [tenantId: string, objectId: string][];
}

function user(person: Person): SandboxUser {
  const [home] = person.objectIds;
  if (!home) throw new RangeError(`${person.upn} has no home tenant`);
  return {
    upn: person.upn,
    name: `${person.givenName} ${person.surname}`,
    givenName: person.givenName,
    surname: person.surname,
    jobTitle: person.jobTitle,
    mail: person.upn,
    homeTenantId: home[0],
    objectIds: new Map(person.objectIds),
    admin: person.admin ?? false,
    appRoles: person.appRoles ?? [],
  };
}

/** The account a page offers first, and Contoso's administrator. */
export const ADA = user({
  upn: "ada@contoso.example",
  givenName: "Ada",
  surname: "Lovelace",
  jobTitle: "Analyst",
  admin: true,
  appRoles: ["Console.Admin"],
  objectIds: [[CONTOSO_TENANT, "aaaaaaaa-2222-4000-8000-000000000001"]],
});

export const GRACE = user({
  upn: "grace@contoso.example",
  givenName: "Grace",
  surname: "Hopper",
  jobTitle: "Rear Admiral",
  appRoles: ["Console.Read"],
  objectIds: [[CONTOSO_TENANT, "aaaaaaaa-2222-4000-8000-000000000002"]],
});

export const ALAN = user({
  upn: "alan@fabrikam.example",
  givenName: "Alan",
  surname: "Turing",
  jobTitle: "Researcher",
  objectIds: [[FABRIKAM_TENANT, "bbbbbbbb-2222-4000-8000-000000000001"]],
});

/** Fabrikam's administrator. */
export const IDA = user({
  upn: "ida@fabrikam.example",
  givenName: "Ida",
  surname: "Rhodes",
  jobTitle: "Administrator",
  admin: true,
  objectIds: [[FABRIKAM_TENANT, "bbbbbbbb-2222-4000-8000-000000000003"]],
});

/** At home in Fabrikam, a guest in Contoso under another object id. */
export const LIN = user({
  upn: "lin@fabrikam.example",
  givenName: "Lin",
  surname: "Lanying",
  jobTitle: "Engineer",
  objectIds: [
    [FABRIKAM_TENANT, "bbbbbbbb-2222-4000-8000-000000000002"],
    [CONTOSO_TENANT, "aaaaaaaa-2222-4000-8000-000000000003"],
  ],
});

/** A personal Microsoft account. */
export const PAT = user({
  upn: "pat@outlook.example",
  givenName: "Pat",
  surname: "Villani",
  jobTitle: null,
  objectIds: [[PERSONAL_TENANT, "00000000-0000-0000-8a7b-6c5d4e3f2a1b"]],
});

export const users: readonly SandboxUser[] = [ADA, GRACE, ALAN, IDA, LIN, PAT];

export function userByName(upn: string): SandboxUser | undefined {
  const wanted = upn.trim().toLowerCase();
  return users.find((candidate) => candidate.upn === wanted);
}

export function userByObjectId(tenantId: string, objectId: string): SandboxUser | undefined {
  return users.find((candidate) => candidate.objectIds.get(tenantId) === objectId);
}
