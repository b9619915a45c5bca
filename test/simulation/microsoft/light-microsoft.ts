import { aadstsEntry } from "../../sandbox/entra/aadsts.ts";
import { approvedSignIn } from "../../sandbox/entra/authorize.ts";
import { keySet } from "../../sandbox/entra/discovery.ts";
import { errorBody, type EntraError } from "../../sandbox/entra/entra-error.ts";
import { answerTokenRequest } from "../../sandbox/entra/token.ts";
import { createSandbox } from "../../sandbox/index.ts";
import type { SigningKey } from "../../sandbox/signing-key.ts";
import { authorityOf } from "../../sandbox/tenants.ts";
import { applySettings } from "../../sandbox/settings.ts";
import type { MicrosoftServices, TokenAnswer, WatchedPart } from "../model/microsoft.ts";
import { audienceAt, serveCall, serveLink } from "./light-services.ts";
import type { LightWorld } from "./light-world.ts";

/**
 * Microsoft for the model: the decisions of the sandbox without its HTTP. What is rare, such as the
 * 401 of a service, comes from the sandbox itself.
 *
 * @param signingKey the key of the schedule that begins
 */
export async function createLightMicrosoft(
  world: LightWorld,
  signingKey: () => SigningKey,
): Promise<MicrosoftServices> {
  const sandbox = await createSandbox({ world });

  let watchedPart: WatchedPart | undefined;

  const refused = (error: EntraError, base: string): TokenAnswer => ({
    status: aadstsEntry(error.code).status,
    requestId: world.guid(),
    body: { ...errorBody(world, error, world.guid(), base) },
  });

  return {
    begin(settings, watched) {
      watchedPart = watched;
      world.begin(signingKey());
      applySettings(world.settings, settings);
    },

    async token(request, form, refusal) {
      const { origin, pathname } = new URL(request.url);
      if (refusal !== undefined) return refused({ code: refusal }, origin);
      const answer = await answerTokenRequest(world, {
        segment: pathname.split("/")[1] ?? "",
        headers: request.headers,
        form,
        base: origin,
      });
      return answer.ok
        ? { status: 200, requestId: world.guid(), body: { ...answer.value } }
        : refused(answer.error, origin);
    },

    async serve(request) {
      const { hostname, origin, pathname, searchParams } = new URL(request.url);
      const audience = audienceAt(hostname);
      if (audience !== undefined) {
        return (
          (await serveCall(world, request, { audience, watched: watchedPart })) ??
          sandbox.fetch(request)
        );
      }
      const linked = serveLink(request);
      if (linked !== undefined) return linked;
      const authority = authorityOf(pathname.split("/")[1] ?? "");
      if (authority === undefined || !pathname.endsWith("/keys")) return sandbox.fetch(request);
      const appId = searchParams.get("appid") ?? undefined;
      return Response.json(await keySet(world, { base: origin, authority, appId }));
    },

    async approve(url, account) {
      return (await approvedSignIn(world, url, account)) ?? new URLSearchParams();
    },

    revoke(upn, audience) {
      world.revocations.add({ upn, audience, tick: world.tick(), time: world.now() });
    },
  };
}
