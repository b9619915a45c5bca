import * as z from "zod";
import { AuthorizationError, type AuthRequest, type OAuthHelpers } from "./authorization-server.ts";

/**
 * What is known at each step of a sign-in between two requests of its browser. It is sealed with a key
 * that only the browser's handle gives, bound to that browser by a cookie, used once, and gone after ten
 * minutes.
 */
const stepSchema = z.discriminatedUnion("step", [
  /** The page that asks for consent is shown; who the user is the host will say. */
  z.object({ step: z.literal("consent") }),
  /** The user has consented, and is at the host's page. */
  z.object({ step: z.literal("host") }),
  /** The user is at Microsoft. */
  z.object({
    step: z.literal("microsoft"),
    tenant: z.string(),
    nonce: z.string(),
    code_verifier: z.string(),
  }),
  /** The account has signed in; the page that names it and asks for consent is shown. */
  z.object({
    step: z.literal("account"),
    user_id: z.string(),
    tenant_id: z.string(),
    refresh_token: z.string(),
  }),
]);
export type Step = z.infer<typeof stepSchema>;
export type StepName = Step["step"];
export type StepOf<Name extends StepName> = Extract<Step, { step: Name }>;

/** What the browser comes back with, and the headers that bind it. */
export interface OpenedStep {
  handle: string;
  /** `Set-Cookie`, and others that go with it. */
  headers: Headers;
}

/** Begins a step. */
export async function openStep(
  api: OAuthHelpers,
  request: AuthRequest,
  data: Step,
): Promise<OpenedStep> {
  const { state, headers } = await api.beginUpstream(request, { data });
  return { handle: state, headers };
}

/** A step that its browser came back from. */
export interface TakenStep<Name extends StepName> {
  request: AuthRequest;
  data: StepOf<Name>;
  /** Takes the cookie away. */
  headers: Headers;
}

/**
 * Uses up a step.
 *
 * @param cookie header of the browser
 * @throws AuthorizationError in another browser, for a handle that was not made here, is over, was used
 *   before, or is of another step
 */
export async function takeStep<Name extends StepName>(
  api: OAuthHelpers,
  { handle, cookie }: { handle: string; cookie: string | undefined },
  names: readonly Name[],
): Promise<TakenStep<Name>> {
  const url = new URL("https://step.invalid/");
  url.searchParams.set("state", handle);
  const headers = cookie === undefined ? {} : { cookie };
  const taken = await api.finishUpstream(new Request(url, { headers }));
  const data = stepSchema.safeParse(taken.data);
  if (!data.success || !isNamed(data.data, names)) {
    throw new AuthorizationError("invalid_request", {
      description: "This is not the step that the sign-in is at; start again",
    });
  }
  return { request: taken.request, data: data.data, headers: taken.headers };
}

const isNamed = <Name extends StepName>(step: Step, names: readonly Name[]): step is StepOf<Name> =>
  names.some((name) => name === step.step);
