import * as z from "zod";
import { logoutUrl } from "../../entra/logout.ts";
import { AzureError, invalidField } from "../../contract/errors.ts";
import { redirectResponse } from "../../front/pages.ts";
import { register } from "../../front/register.ts";
import type { Router } from "../../front/router.ts";
import { readReturnUrl } from "../../config/return-url.ts";

/** Ends the browser's session with Microsoft; connections stay until they are disconnected. */
export function logoutRoutes(router: Router): void {
  register(
    router,
    {
      method: "GET",
      path: "/logout",
      summary: "Sign the browser out of Microsoft",
      tag: "connections",
      scope: "open",
      // The redirect ends the browser's session.
      changes: true,
      query: {
        post_logout_redirect_uri: z
          .string()
          .max(2_048)
          .optional()
          .meta({ description: "On an origin of RETURN_ORIGINS or of a redirect URI." }),
      },
      answers: { 302: { description: "To Microsoft's sign-out page." } },
    },
    (c, { query: { post_logout_redirect_uri: target } }) => {
      const { cloud, tenantId, returnOrigins, redirectUris } = c.get("config");
      const origins = [...returnOrigins, ...redirectUris.map((uri) => new URL(uri).origin)];
      const url = target === undefined ? undefined : readReturnUrl(target, origins);
      if (target !== undefined && url === undefined) {
        throw new AzureError(
          invalidField(
            "post_logout_redirect_uri",
            "must be on RETURN_ORIGINS or on the origin of a redirect URI",
          ),
        );
      }
      return redirectResponse(
        logoutUrl({ cloud, tenant: tenantId, postLogoutRedirectUri: url && target }),
      );
    },
  );
}
