import { WorkerEntrypoint } from "cloudflare:workers";
import { ArmClient } from "azure-integration-worker/arm";
import { azure, AzureConnectionCredential } from "azure-integration-worker";
import { GraphClient } from "azure-integration-worker/graph";

/** A host application's Worker: it calls the service, and answers whose its own tokens are. */

/** A value as it came, or what a catch clause sees of an error. */
async function settled(work) {
  try {
    return { value: await work() };
  } catch (error) {
    return { error: { name: error.name, message: error.message, ...error } };
  }
}

const routes = {
  /** Any method of the entrypoint. */
  "/service": ({ binding = "AZURE", method, request }, env) =>
    settled(() => env[binding][method](request)),

  /** Names of one stub, called one after the other, as they are or with arguments. */
  "/stub": async ({ userId, calls }, env) => {
    const stub = await env.AZURE.connection({ userId });
    const answers = {};
    for (const [name, ...args] of calls) {
      answers[name] = await settled(() => stub[name](...args));
    }
    return answers;
  },

  /** Names of one stub, read as properties. */
  "/properties": async ({ userId, names }, env) => {
    const stub = await env.AZURE.connection({ userId });
    const answers = {};
    for (const name of names) answers[name] = await settled(async () => String(await stub[name]));
    return answers;
  },

  /** The stub's fetch, once for every url. */
  "/fetch": async ({ userId, urls }, env) => {
    const stub = await env.AZURE.connection({ userId });
    const answers = [];
    for (const url of urls) {
      const response = await stub.fetch(url);
      answers.push({ status: response.status, body: await response.json() });
    }
    return answers;
  },

  /** The lazy helper, never awaited: calls at once, and one after another. */
  "/lazy": async ({ userId, urls }, env) => {
    const user = azure(env.AZURE, { userId });
    const atOnce = await Promise.all(urls.map((url) => user.fetch(url)));
    const after = [await user.fetch(urls[0]), await user.fetch(urls[0])];
    const info = await user.info();
    return { statuses: [...atOnce, ...after].map(({ status }) => status), info };
  },

  /** The package's clients over a stub. */
  "/clients": async ({ userId, graphEndpoint, armEndpoint }, env) => {
    const user = azure(env.AZURE, { userId });
    const graph = new GraphClient(user, { endpoint: graphEndpoint });
    const arm = new ArmClient(user, { endpoint: armEndpoint });
    const subjects = [];
    for await (const { subject } of graph.messages.list({ top: 40, select: ["subject"] })) {
      subjects.push(subject);
    }
    const subscriptions = [];
    for await (const { displayName } of arm.subscriptions.list()) subscriptions.push(displayName);
    return { subjects, subscriptions };
  },

  /** A lazy connection's fetch: status, mark and body, once for every url. */
  "/marked": async ({ userId, urls, binding = "AZURE" }, env) => {
    const user = azure(env[binding], { userId });
    const answers = [];
    for (const url of urls) {
      const response = await user.fetch(url);
      const mark = response.headers.get("x-azure-error");
      answers.push({ status: response.status, mark, body: await response.json() });
    }
    return answers;
  },

  /** How the package's clients fail over each way to a connection, and after how many milliseconds. */
  "/failing-clients": async ({ userId, subscriptionId, binding = "AZURE" }, env) => {
    const ways = {
      lazy: () => azure(env[binding], { userId }),
      awaited: () => env[binding].connection({ userId }),
      own: () => ({
        fetch: async (url, init) => (await env[binding].connection({ userId })).fetch(url, init),
      }),
    };
    const answers = {};
    for (const [way, fetcher] of Object.entries(ways)) {
      const began = Date.now();
      answers[way] = {
        graph: await settled(async () => new GraphClient(await fetcher()).users.me()),
        arm: await settled(async () =>
          new ArmClient(await fetcher()).resourceGroups.get(subscriptionId, "x"),
        ),
        milliseconds: Date.now() - began,
      };
    }
    return answers;
  },

  /** The Azure SDK's credential over a stub. */
  "/credential": async ({ userId, scope }, env) => {
    const credential = new AzureConnectionCredential(azure(env.AZURE, { userId }));
    const { token, expiresOnTimestamp } = await credential.getToken(scope);
    return { parts: token.split(".").length, ahead: expiresOnTimestamp > Date.now() };
  },
};

const sessions = {
  "host-token-of-ada": { userId: "ada" },
  "host-token-of-a-writer": { userId: "ada", scopes: ["graph:write", "admin", "tokens:read"] },
};

export default class extends WorkerEntrypoint {
  async fetch(request) {
    const route = routes[new URL(request.url).pathname];
    if (!route) return new Response(null, { status: 404 });
    return Response.json(await settled(async () => route(await request.json(), this.env)));
  }

  /** What the AUTH binding is asked. */
  validate(token) {
    return sessions[token] ?? null;
  }
}
