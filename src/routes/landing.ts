import * as z from "zod";
import { version } from "../../package.json";
import { pageResponse, type HtmlPage } from "../front/pages.ts";
import { register } from "../front/register.ts";
import type { Router } from "../front/router.ts";

/** One small page for whoever opens the Worker's address: what answers here, and where to go. */
export function landingRoutes(router: Router): void {
  register(
    router,
    {
      method: "GET",
      path: "/",
      summary: "A page that says what this is and where to go",
      tag: "service",
      scope: "open",
      answers: { 200: { description: "The page.", content: { "text/html": z.string() } } },
    },
    ({ var: { config } }) =>
      pageResponse(
        landingPage({
          sandbox: config.cloud.name === "sandbox",
          console: config.console !== undefined,
        }),
      ),
  );
}

interface Deployment {
  /** A link without a credential may start a sign-in. */
  sandbox: boolean;
  /** There is a page for operators. */
  console: boolean;
}

export const landingPage = ({ sandbox, console }: Deployment): HtmlPage => ({
  status: 200,
  title: "Azure Integration Worker",
  tone: "neutral",
  text: [
    "This service holds Microsoft connections: it signs people in with Microsoft, keeps their tokens, and calls Microsoft Graph and Azure Resource Manager for them.",
    console
      ? "Applications use it; whoever operates it signs in to the console."
      : "Applications use it; there is nothing here to sign in to.",
    ...(sandbox ? ["It runs against the sandbox: no account here is real."] : []),
    `Version ${version}.`,
  ],
  links: [
    { href: "/openapi.json", text: "Every route, as an OpenAPI document" },
    { href: "/health", text: "Whether it runs" },
    ...(console ? [{ href: "/console", text: "The console" }] : []),
    ...(sandbox
      ? [{ href: "/connect?user_id=demo", text: "Connect an account of the sandbox as demo" }]
      : []),
  ],
});
