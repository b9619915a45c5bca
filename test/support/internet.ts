import type { Request as MiniflareRequest, Response as MiniflareResponse } from "miniflare";

type Answer = (request: Request) => Promise<Response>;

/**
 * The Worker that stands between the Worker under test and the sandbox. A Node function can
 * neither refuse a connection nor cut a body; a Worker can, so the sandbox asks for it by header.
 */
export function internet(answer: Answer) {
  return {
    name: "internet",
    modules: true,
    compatibilityDate: "2026-08-15",
    serviceBindings: {
      // Miniflare hands over undici's classes, which are the ones of Node under another type.
      SANDBOX: (request: MiniflareRequest) =>
        answer(request as unknown as Request) as unknown as Promise<MiniflareResponse>,
    },
    script: `export default { async fetch(request, env) {
      const response = await env.SANDBOX.fetch(request, { redirect: "manual" });
      const fault = response.headers.get("x-sandbox-fault");
      if (fault === "reset") throw new Error("Network connection lost.");
      if (fault === "cut") {
        const whole = new Uint8Array(await response.arrayBuffer());
        const half = whole.subarray(0, Math.floor(whole.length / 2));
        const { readable, writable } = new TransformStream();
        const writer = writable.getWriter();
        writer.write(half).then(() => writer.abort(new Error("cut"))).catch(() => {});
        return new Response(readable, response);
      }
      return response;
    } }`,
  };
}
