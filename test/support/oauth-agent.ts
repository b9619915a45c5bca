import { createServer } from "node:http";
import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
  type OAuthClientProvider,
} from "@modelcontextprotocol/client";
import { closeAll, listenLocally } from "../sandbox/loopback.ts";

type Stored<Method extends keyof OAuthClientProvider> = Awaited<
  ReturnType<Extract<OAuthClientProvider[Method], (...given: never) => unknown>>
>;

/** Opens an address as the agent's person would, until the browser has come back to the agent. */
export type Person = (address: URL) => Promise<void>;

/** An agent's program: the SDK's client, and the memory and the listening port that it needs. */
export interface Agent {
  /** What it holds: tests break tokens by it. */
  memory: { client?: Stored<"clientInformation">; tokens?: Stored<"tokens"> };
  /** Addresses that its person was sent to. */
  opened: URL[];
  /** Does work with a connected client; where it is refused, the person is asked and it is done again. */
  work<Value>(work: (client: Client) => Promise<Value>): Promise<Value>;
  close(): Promise<void>;
}

/**
 * @param endpoint address of `/mcp`
 * @param name as it names itself to people
 */
export async function startAgent(
  endpoint: string,
  person: Person,
  name = "An agent of the tests",
): Promise<Agent> {
  let arrived: (parameters: URLSearchParams) => void = () => undefined;
  const { port, servers } = await listenLocally(
    () =>
      createServer((request, response) => {
        arrived(new URL(request.url ?? "/", "http://127.0.0.1").searchParams);
        response.end("You can close this page.");
      }),
    0,
  );
  const redirectUrl = `http://127.0.0.1:${port}/callback`;
  const memory: Agent["memory"] = {};
  const opened: URL[] = [];
  let verifier = "";
  let discovered: Stored<"discoveryState">;
  let back: Promise<URLSearchParams> | undefined;
  const provider: OAuthClientProvider = {
    redirectUrl,
    clientMetadata: {
      client_name: name,
      redirect_uris: [redirectUrl],
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token"],
    },
    clientInformation: () => memory.client,
    saveClientInformation: (client) => {
      memory.client = client;
    },
    tokens: () => memory.tokens,
    saveTokens: (tokens) => {
      memory.tokens = tokens;
    },
    redirectToAuthorization: async (address) => {
      opened.push(address);
      const landed = new Promise<URLSearchParams>((resolve) => {
        arrived = resolve;
      });
      back = person(address).then(() => landed);
      // Whoever waits for it hears of what went wrong.
      back.catch(() => undefined);
    },
    saveCodeVerifier: (text) => {
      verifier = text;
    },
    codeVerifier: () => verifier,
    saveDiscoveryState: (state) => {
      discovered = state;
    },
    discoveryState: () => discovered,
    invalidateCredentials: (scope) => {
      if (scope === "all" || scope === "client") delete memory.client;
      if (scope === "all" || scope === "tokens") delete memory.tokens;
    },
  };
  return {
    memory,
    opened,
    async work(work) {
      for (let attempt = 1; ; attempt += 1) {
        const transport = new StreamableHTTPClientTransport(new URL(endpoint), {
          authProvider: provider,
        });
        const client = new Client(
          { name: "agent", version: "1.0.0" },
          { versionNegotiation: { mode: "auto" } },
        );
        try {
          await client.connect(transport);
          return await work(client);
        } catch (error) {
          if (!(error instanceof UnauthorizedError) || back === undefined || attempt > 2) {
            throw error;
          }
          await transport.finishAuth(await back);
          back = undefined;
        } finally {
          await client.close();
        }
      }
    },
    close: () => closeAll(servers),
  };
}
