import { createArm } from "./arm/index.ts";
import { createWorld } from "./create-world.ts";
import { createGraph } from "./graph/index.ts";
import { createVault } from "./vault/index.ts";

export interface Sandbox {
  fetch(request: Request): Promise<Response>;
}

export async function createSandbox(): Promise<Sandbox> {
  const world = createWorld();
  const services = { graph: createGraph(world), arm: createArm(world), vault: createVault(world) };
  return {
    fetch: async (request) => services.graph.fetch(request, { base: new URL(request.url).origin }),
  };
}
