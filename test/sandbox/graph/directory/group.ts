import { CONTOSO_TENANT } from "../../constants.ts";
import { tenantById } from "../../tenants.ts";
import type { EntitySchema } from "../odata/schema.ts";
import { stableGuid } from "../seed.ts";
import type { DirectoryUser } from "./user.ts";

/** A group as Graph writes it. A type, not an interface: `project` reads it by name. */
export type DirectoryGroup = {
  id: string;
  deletedDateTime: null;
  classification: null;
  createdDateTime: string;
  description: string;
  displayName: string;
  groupTypes: string[];
  mail: string | null;
  mailEnabled: boolean;
  mailNickname: string;
  membershipRule: null;
  onPremisesSyncEnabled: null;
  proxyAddresses: string[];
  renewedDateTime: string;
  securityEnabled: boolean;
  securityIdentifier: string;
  visibility: "Public" | "Private" | null;
};

/** A group, who owns it, and its members: users and other groups, by id. */
export interface StoredGroup {
  group: DirectoryGroup;
  owners: string[];
  members: string[];
}

export const groupSchema: EntitySchema = {
  name: "microsoft.graph.group",
  properties: {
    id: "string",
    deletedDateTime: "dateTime",
    classification: "string",
    createdDateTime: "dateTime",
    description: "string",
    displayName: "string",
    groupTypes: "collection",
    mail: "string",
    mailEnabled: "boolean",
    mailNickname: "string",
    membershipRule: "string",
    onPremisesSyncEnabled: "boolean",
    proxyAddresses: "collection",
    renewedDateTime: "dateTime",
    securityEnabled: "boolean",
    securityIdentifier: "string",
    visibility: "string",
  },
  navigations: {
    members: false,
    memberOf: false,
    owners: false,
    transitiveMembers: false,
    transitiveMemberOf: false,
  },
};

const SEEDED = "2024-02-01T09:00:00Z";

function group(
  tenantId: string,
  displayName: string,
  { description, unified }: { description: string; unified: boolean },
): DirectoryGroup {
  const nickname = displayName.toLowerCase().replaceAll(" ", "-");
  const mail = unified ? `${nickname}@${tenantById(tenantId).domain}` : null;
  const id = stableGuid("group", tenantId, displayName);
  return {
    id,
    deletedDateTime: null,
    classification: null,
    createdDateTime: SEEDED,
    description,
    displayName,
    groupTypes: unified ? ["Unified"] : [],
    mail,
    mailEnabled: unified,
    mailNickname: nickname,
    membershipRule: null,
    onPremisesSyncEnabled: null,
    proxyAddresses: mail === null ? [] : [`SMTP:${mail}`],
    renewedDateTime: SEEDED,
    securityEnabled: !unified,
    securityIdentifier: `S-1-12-1-${parseInt(id.slice(0, 8), 16)}-${parseInt(id.slice(9, 13), 16)}`,
    visibility: unified ? "Private" : null,
  };
}

/**
 * The groups of a tenant: one of its members, and one of that group and the guests. Whoever is first
 * in the directory owns both.
 */
export function seedGroups(tenantId: string, users: readonly DirectoryUser[]): StoredGroup[] {
  const members = users.filter(({ userType }) => userType === "Member").map(({ id }) => id);
  const guests = users.filter(({ userType }) => userType === "Guest").map(({ id }) => id);
  const owners = members.slice(0, 1);
  const name = tenantId === CONTOSO_TENANT ? "Engine Builders" : "Weavers";
  const team = group(tenantId, name, { description: "Who works here", unified: true });
  const all = group(tenantId, "Everybody", { description: "And who is a guest", unified: false });
  return [
    { group: team, owners, members },
    { group: all, owners, members: [team.id, ...guests] },
  ];
}
