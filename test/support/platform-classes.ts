/** Stands in Node for the classes of `cloudflare:workers`, of which nothing is made there. */

function none(): never {
  throw new Error("nothing of the platform is made in Node");
}
export { none as DurableObject, none as WorkerEntrypoint };
