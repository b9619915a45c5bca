import { quickUrl } from "./quick.ts";

interface Environment {
  /** The sandbox, in Node. */
  SANDBOX: Fetcher;
}

const body = JSON.stringify({
  "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users/$entity",
  id: "00000000-0000-0000-0000-000000000000",
  displayName: "Ada",
  mail: "ada@contoso.example",
  userPrincipalName: "ada@contoso.example",
});

/**
 * Where every outgoing request of the Workers under measurement ends. The one call that latency is
 * measured by is answered here, in the same process and at once, so that the way to it is what is
 * compared; whatever needs a Microsoft is passed on to the sandbox.
 */
export default {
  async fetch(request, { SANDBOX }) {
    if (request.url !== quickUrl) return SANDBOX.fetch(request, { redirect: "manual" });
    if (request.headers.get("authorization")?.startsWith("Bearer ") !== true) {
      return new Response(null, { status: 401 });
    }
    return new Response(body, {
      headers: { "content-type": "application/json", "request-id": "quick" },
    });
  },
} satisfies ExportedHandler<Environment>;
