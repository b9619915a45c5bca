import {
  ResourceManagementClient,
  type ResourceManagementClientOptionalParams,
} from "@azure/arm-resources";
import { SubscriptionClient } from "@azure/arm-resources-subscriptions";
import { Client } from "@microsoft/microsoft-graph-client";
import { CONTOSO_SUBSCRIPTION } from "../sandbox/constants.ts";

/** What an SDK of Microsoft's needs to work through the gateways of a Worker. */
export interface GatewayAccess {
  /** By https: no SDK sends a token otherwise. */
  origin: string;
  /** An API key of ours, or a session. */
  token: string;
  /** Which connection a key is for. */
  headers: Record<string, string>;
}

export const graphSdk = ({ origin, token, headers }: GatewayAccess): Client =>
  Client.init({
    baseUrl: `${origin}/graph`,
    customHosts: new Set(["localhost"]),
    authProvider: (done) => done(null, token),
    fetchOptions: { headers },
  });

export const credentialOf = ({ token }: GatewayAccess) => ({
  getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }),
});
export const armOptions = ({
  origin,
  headers,
}: GatewayAccess): ResourceManagementClientOptionalParams => ({
  endpoint: `${origin}/arm`,
  additionalPolicies: [
    {
      position: "perCall",
      policy: {
        name: "connection",
        sendRequest: (request, next) => {
          for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
          return next(request);
        },
      },
    },
  ],
});

export const resourcesSdk = (access: GatewayAccess): ResourceManagementClient =>
  new ResourceManagementClient(credentialOf(access), CONTOSO_SUBSCRIPTION, armOptions(access));

export const subscriptionsSdk = (access: GatewayAccess): SubscriptionClient =>
  new SubscriptionClient(credentialOf(access), armOptions(access));
