import type { Provider } from "./providers.ts";

/** Microsoft's own application behind a provider, and the role it has in a subscription. */
interface ServiceApplication {
  applicationId: string;
  roleId: string;
  role: string;
}

const applications: Readonly<Record<string, ServiceApplication>> = {
  "Microsoft.Compute": {
    applicationId: "60e6cd67-9c8c-4951-9b3c-23c25a2169af",
    roleId: "e4770acb-272e-4dc8-87f3-12f44a612224",
    role: "Azure Compute Resource Provider service role",
  },
  "Microsoft.KeyVault": {
    applicationId: "cfa8b339-82a2-471a-a3c9-0fc0be7a4093",
    roleId: "1cf9858a-28a2-4228-abba-94e606305b95",
    role: "Azure Key Vault service role",
  },
  "Microsoft.Network": {
    applicationId: "2cf9eb86-36b5-49dc-86ae-9a63135dfa8c",
    roleId: "13ba9ab4-19f0-4804-adc4-14ece36cc7a1",
    role: "Azure Network Resource Provider service role",
  },
  "Microsoft.Storage": {
    applicationId: "a6aa9161-5291-40bb-8c5c-923b567bee3b",
    roleId: "070ab87f-0efc-4423-b18b-756f3bdb0236",
    role: "Azure Storage Resource Provider service role",
  },
};

/** What a provider's own application may do, for those that have one. */
export function presentPermissions({ namespace }: Provider) {
  const application = applications[namespace];
  if (!application) return [];
  return [
    {
      applicationId: application.applicationId,
      roleDefinition: {
        id: application.roleId.replaceAll("-", ""),
        name: application.role,
        isServiceRole: true,
        permissions: [
          { actions: [`${namespace}/*`], notActions: [], dataActions: [], notDataActions: [] },
        ],
        scopes: ["/"],
      },
      providerAuthorizationConsentState: "NotRequired",
    },
  ];
}
