/** Stands in Node for the classes of `cloudflare:workers`, of which nothing is made there. */

export class DurableObject {}
export class WorkerEntrypoint {}
