import { expect, test } from "vitest";
import * as z from "zod";
import { isAzureError } from "../../../src/contract/errors.ts";
import { parseInput } from "../../../src/operations/failures.ts";

const schema = z.strictObject({
  user_id: z.string(),
  flow: z.string("must be the flow of the return").optional(),
  message: z.object({ subject: z.string() }).optional(),
});

/** What is answered to whoever sends this. */
function refusal(value: unknown): unknown {
  try {
    return parseInput(schema, value);
  } catch (error) {
    if (!isAzureError(error)) throw error;
    return { message: error.message, details: error.details };
  }
}

test.each([
  ["a field that was not sent", {}, "user_id", /^user_id: is required\.$/],
  ["one inside another", { user_id: "a", message: {} }, "message.subject", /subject: is required/],
  ["nothing at all", undefined, "body", /^body: is required\.$/],
  ["a wrong type", { user_id: 1 }, "user_id", /^user_id: .*expected string, received number/],
  ["null", { user_id: null }, "user_id", /received null/],
  ["its own sentence", { user_id: "a", flow: 1 }, "flow", /^flow: must be the flow of the return/],
  ["an unknown field", { user_id: "a", b: 1 }, "b", /^b is not a parameter of this request/],
])("a caller is told by name what is wrong: %s", (_what, value, field, message) => {
  expect(refusal(value)).toEqual({ message: expect.stringMatching(message), details: { field } });
});
