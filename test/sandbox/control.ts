import { Hono } from "hono";
import * as z from "zod";
import type { SandboxWorld } from "./create-world.ts";
import { readCertificate } from "./entra/registered-credentials.ts";
import { faultSchema } from "./fault-input.ts";
import type { Faults } from "./faults.ts";
import { addPeople, morePeopleInput } from "./graph/directory/more-people.ts";
import { arrivalInput, arrive } from "./graph/mail/arrival.ts";
import { stateOf } from "./graph/state.ts";
import { playInput } from "./graph/subscriptions/notification-play.ts";
import { viewSubscription } from "./graph/subscriptions/subscription.ts";
import { userByName } from "./people.ts";
import { problemsOf } from "./problems.ts";
import type { RequestLog } from "./request-log.ts";
import { resourceByUri } from "./resources.ts";
import { applySettings, settingsPatch } from "./settings.ts";
import { tenants } from "./tenants.ts";
import type { Audience } from "./world.ts";

const audiences: ReadonlySet<string> = new Set(["graph", "arm", "vault", "storage"]);
const isAudience = (text: string): text is Audience => audiences.has(text);

const revokeSchema = z.strictObject({
  user: z.string().refine((name) => userByName(name) !== undefined, "no such user in the sandbox"),
  /** A short name or an App ID URI. */
  resource: z
    .string()
    .transform((name, context): Audience => {
      const audience = isAudience(name) ? name : resourceByUri(name)?.audience;
      if (audience) return audience;
      context.addIssue("expected graph, arm, vault, storage or an App ID URI");
      return z.NEVER;
    })
    .optional(),
});

/** What an endpoint says, in whose place a test answers. */
const heldAnswer = z.strictObject({
  status: z.number().int().min(200).max(599),
  content_type: z.string().optional(),
  body: z.string().default(""),
});

/** In PEM, without its key. */
const credentialSchema = z.strictObject({ certificate: z.string() });

const tenantSchema = z.strictObject({
  tenant: z.string().refine((id) => tenants.some((one) => one.id === id), "no such tenant"),
});

const afterSchema = z.coerce.number().int().min(0).default(0);

const problem = (error: z.ZodError) => Response.json({ error: problemsOf(error) }, { status: 400 });

async function jsonOf(request: Request): Promise<unknown> {
  return JSON.parse((await request.text()) || "{}");
}

/** What tests steer the sandbox with; these requests are not logged. */
export function createControl(world: SandboxWorld, log: RequestLog, faults: Faults): Hono {
  const app = new Hono();
  app.onError((error) => {
    if (!(error instanceof SyntaxError)) throw error;
    return Response.json({ error: `the body is not JSON: ${error.message}` }, { status: 400 });
  });
  app.notFound(({ req }) =>
    Response.json({ error: `there is no ${req.method} /_sandbox${req.path}` }, { status: 404 }),
  );
  const settings = () => Response.json(world.settings);

  app.get("/requests", (context) => {
    const after = afterSchema.safeParse(context.req.query("after"));
    if (!after.success) return problem(after.error);
    return Response.json({ requests: log.after(after.data) });
  });

  app.post("/faults", async (context) => {
    const fault = faultSchema.safeParse(await jsonOf(context.req.raw));
    if (!fault.success) return problem(fault.error);
    faults.add(fault.data);
    return Response.json({ added: true }, { status: 201 });
  });

  app.get("/faults", () => Response.json({ faults: faults.list() }));
  app.delete("/faults", () => {
    faults.clear();
    return Response.json({ cleared: true });
  });

  app.get("/settings", settings);
  app.patch("/settings", async (context) => {
    const patch = settingsPatch.safeParse(await jsonOf(context.req.raw));
    if (!patch.success) return problem(patch.error);
    applySettings(world.settings, patch.data);
    // The clock may have been moved.
    stateOf(world).notifier.wake();
    return settings();
  });

  app.post("/revoke", async (context) => {
    const revoke = revokeSchema.safeParse(await jsonOf(context.req.raw));
    if (!revoke.success) return problem(revoke.error);
    const { user, resource } = revoke.data;
    const upn = user.trim().toLowerCase();
    world.revocations.add({
      upn,
      ...(resource ? { audience: resource } : {}),
      tick: world.tick(),
      time: world.now(),
    });
    if (!resource) stateOf(world).notifier.revoke(upn);
    return Response.json({ revoked: true });
  });

  app.delete("/consents", async (context) => {
    const tenant = tenantSchema.safeParse(await jsonOf(context.req.raw));
    if (!tenant.success) return problem(tenant.error);
    world.consents.withdraw(tenant.data.tenant);
    return Response.json({ withdrawn: true });
  });

  app.post("/people", async (context) => {
    const more = morePeopleInput.safeParse(await jsonOf(context.req.raw));
    if (!more.success) return problem(more.error);
    return Response.json(addPeople(world, more.data), { status: 201 });
  });

  app.post("/messages", async (context) => {
    const arrival = arrivalInput.safeParse(await jsonOf(context.req.raw));
    if (!arrival.success) return problem(arrival.error);
    return Response.json(arrive(world, arrival.data), { status: 201 });
  });

  app.get("/subscriptions", () => {
    const subscriptions = stateOf(world)
      .subscriptions.all()
      .map((one) => ({ ...viewSubscription(one), tenantId: one.tenantId, user: one.upn }));
    return Response.json({ subscriptions });
  });
  // Nobody is told, as when Microsoft loses one.
  app.delete("/subscriptions/:id", ({ req }) =>
    stateOf(world).subscriptions.delete(req.param("id"))
      ? Response.json({ deleted: true })
      : Response.json({ error: `there is no subscription ${req.param("id")}` }, { status: 404 }),
  );

  app.post("/notifications", async (context) => {
    const play = playInput.safeParse(await jsonOf(context.req.raw));
    if (!play.success) return problem(play.error);
    const error = stateOf(world).notifier.play(play.data);
    return error === undefined
      ? Response.json({ played: true }, { status: 202 })
      : Response.json({ error }, { status: 400 });
  });

  app.get("/notifications", () => Response.json({ notifications: world.outbox.held() }));
  app.post("/notifications/:id", async (context) => {
    const answer = heldAnswer.safeParse(await jsonOf(context.req.raw));
    if (!answer.success) return problem(answer.error);
    const { status, content_type, body } = answer.data;
    const headers = content_type === undefined ? {} : { "content-type": content_type };
    const response = new Response(body || null, { status, headers });
    return world.outbox.answer(context.req.param("id"), response)
      ? Response.json({ answered: true })
      : Response.json({ error: `nothing is held as ${context.req.param("id")}` }, { status: 404 });
  });

  app.post("/credentials", async (context) => {
    const credential = credentialSchema.safeParse(await jsonOf(context.req.raw));
    if (!credential.success) return problem(credential.error);
    try {
      const certificate = await readCertificate(credential.data.certificate);
      world.credentials.add(certificate);
      return Response.json({ thumbprint: certificate.thumbprint }, { status: 201 });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return Response.json({ error: error.message }, { status: 400 });
    }
  });
  app.delete("/credentials", () => {
    world.credentials.clear();
    return Response.json({ cleared: true });
  });

  app.post("/reset", () => {
    world.reset();
    faults.clear();
    log.clear();
    return Response.json({ reset: true });
  });

  return app;
}
