export { ConnectionActor } from "./connection/actor.ts";

export default { fetch: () => new Response("ok") };
