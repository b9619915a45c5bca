import { DurableObject } from "cloudflare:workers";
export class ConnectionActor extends DurableObject {}
export default { fetch: () => new Response("ok") };
