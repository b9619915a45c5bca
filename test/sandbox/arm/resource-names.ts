import * as z from "zod";
import { type Answer, failure, ok } from "./answer.ts";
import { refuseProviderVersion } from "./api-version.ts";
import { readBody } from "./body.ts";
import { findProvider, findType } from "./providers.ts";
import { refuseName } from "./resource-rules.ts";
import { type Call, type Route, route } from "./router.ts";
import type { ArmState, Resource } from "./state.ts";

/** Types whose names are parts of host names, and so are taken for everybody once they are for one. */
const globalNames: Readonly<Record<string, { taken: (name: string) => string }>> = {
  "Microsoft.Storage/storageAccounts": {
    taken: (name) => `The storage account named ${name} is already taken.`,
  },
  "Microsoft.KeyVault/vaults": {
    taken: (name) =>
      `The vault name '${name}' is already in use. Vault names are globally unique so it is possible that the name is already taken.`,
  },
  "Microsoft.Web/sites": {
    taken: (name) => `Hostname '${name}' already exists. Please select a different name.`,
  },
};

const same = (left: string, right: string) => left.toLowerCase() === right.toLowerCase();

/** Whoever has a global name already. */
function holderOf(state: ArmState, type: string, name: string): Resource | undefined {
  if (!globalNames[type]) return undefined;
  return state
    .allResources()
    .find(
      (each) =>
        each.names.length === 1 &&
        `${each.namespace}/${each.types[0]}` === type &&
        same(each.names[0] ?? "", name),
    );
}

const takenCodes: Readonly<Record<string, string>> = {
  "Microsoft.Storage/storageAccounts": "StorageAccountAlreadyTaken",
  "Microsoft.KeyVault/vaults": "VaultAlreadyExists",
  "Microsoft.Web/sites": "Conflict",
};

/** The 409 of a new resource whose name somebody else has, in whatever subscription. */
export function refuseTakenName(state: ArmState, type: string, name: string): Answer | undefined {
  if (!holderOf(state, type, name)) return undefined;
  return failure(409, takenCodes[type] ?? "Conflict", globalNames[type]?.taken(name) ?? "", {
    failedIn: "service",
  });
}

const nameBody = z.object({ name: z.string(), type: z.string() });

/** `checkNameAvailability` of one provider. */
function checkRoute(namespace: string, typeName: string, aliases: readonly string[] = []): Route {
  const qualified = `${namespace}/${typeName}`;
  const check = async (call: Call): Promise<Answer> => {
    const provider = findProvider(namespace);
    const type = provider && findType(provider, typeName);
    if (!type) throw new RangeError(`no type ${qualified}`);
    const wrong = refuseProviderVersion(call.apiVersion, type, undefined);
    if (wrong) return wrong;
    const body = await readBody(call.request, nameBody);
    if (!body.ok) return body.refusal;
    const { name } = body.value;
    if (![qualified, ...aliases].some((each) => same(each, body.value.type)))
      return failure(400, "InvalidResourceType", `The type '${body.value.type}' is invalid.`, {
        failedIn: "service",
      });
    const invalid = refuseName(type, name);
    if (invalid)
      return ok({ nameAvailable: false, reason: "AccountNameInvalid", message: invalid });
    if (!holderOf(call.state, qualified, name)) return ok({ nameAvailable: true });
    const message = globalNames[qualified]?.taken(name);
    return ok({ nameAvailable: false, reason: "AlreadyExists", message });
  };
  return route(
    `subscriptions/{subscriptionId}/providers/${namespace}/checkNameAvailability` as const,
    { type: qualified, action: `${namespace}/checkNameAvailability/read`, versions: "handler" },
    { POST: check },
  );
}

/** Words that no name may hold, that none may begin with, and that none may be. */
const reserved = {
  anywhere: ["microsoft", "windows"],
  first: ["login", "xbox"],
  whole:
    "access azure bing bizspark biztalk cortana directx dotnet dynamics excel exchange forefront groove hololens hyperv kinect lync msdn o365 office office365 onedrive onenote outlook powerpoint sharepoint skype visio visualstudio".split(
      " ",
    ),
};

export function isReserved(name: string): boolean {
  const text = name.toLowerCase();
  return (
    reserved.anywhere.some((word) => text.includes(word)) ||
    reserved.first.some((word) => text.startsWith(word)) ||
    reserved.whole.includes(text)
  );
}

/** ARM reads the names of members without regard to case; Microsoft's example sends a list of one. */
const resourceName = z.preprocess((body) => {
  const one: unknown = Array.isArray(body) ? body[0] : body;
  if (typeof one !== "object" || one === null) return one;
  return Object.fromEntries(
    Object.entries(one).map(([name, value]) => [name.toLowerCase(), value]),
  );
}, nameBody);

async function checkResourceName({ request }: Call): Promise<Answer> {
  const body = await readBody(request, resourceName);
  if (!body.ok) return body.refusal;
  const { name, type } = body.value;
  return ok({ name, type, status: isReserved(name) ? "Reserved" : "Allowed" });
}

export const resourceNameRoutes: readonly Route[] = [
  route(
    "providers/Microsoft.Resources/checkResourceName",
    { type: "Microsoft.Resources/checkResourceName", versions: "gateway" },
    { POST: checkResourceName },
  ),
  checkRoute("Microsoft.Storage", "storageAccounts"),
  checkRoute("Microsoft.KeyVault", "vaults"),
  checkRoute("Microsoft.Web", "sites", ["Site"]),
];
