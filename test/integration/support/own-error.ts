import * as z from "zod";

const infoSchema = z.looseObject({ code: z.string(), date: z.iso.datetime() });
/** An error of ours as it comes where Microsoft's answers come: by a stub's `fetch` and by the gateways. */
const microsoftSchema = z
  .object({
    error: z.strictObject({
      code: z.string(),
      message: z.string(),
      innerError: infoSchema,
      additionalInfo: z.tuple([
        z.strictObject({ type: z.literal("azure-integration-worker"), info: infoSchema }),
      ]),
    }),
  })
  .strict();

/** What an answer says that is an error of ours in Microsoft's shape, without the times in it. */
export async function ownError(response: Response): Promise<Record<string, unknown>> {
  const { error } = microsoftSchema.parse(await response.json());
  const { date: _, ...innerError } = error.innerError;
  return { message: error.message, ...innerError };
}
