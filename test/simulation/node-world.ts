import { createLightMicrosoft } from "./microsoft/light-microsoft.ts";
import { createLightWorld, type LightWorld } from "./microsoft/light-world.ts";
import { Microsoft } from "./model/microsoft.ts";
import { oddAnswers } from "./model/odd-answers.ts";
import { NodeHost } from "./node-host.ts";

/** A simulated platform, and the Microsoft that its requests go to. */
export interface NodeWorld {
  /** Close it in the end: until then this process has its time and chance. */
  host: NodeHost;
  microsoft: Microsoft;
  /** Microsoft's side of tenants. */
  light: LightWorld;
}

export async function createNodeWorld(): Promise<NodeWorld> {
  const host = new NodeHost();
  const light = createLightWorld();
  const services = await createLightMicrosoft(light, () => host.signingKey());
  const microsoft = new Microsoft(services, oddAnswers);
  host.receive = (request, isHeard) => microsoft.receive(request, isHeard);
  return { host, microsoft, light };
}
