import { adminErrors } from "./admin-errors.ts";
import { appErrors } from "./app-errors.ts";
import type { Meaning } from "./meaning.ts";
import { userErrors } from "./user-errors.ts";

const passing = { action: "retry", latch: "none" } as const;

/** Trouble that passes by itself. */
const passingErrors = {
  retry: {
    ...passing,
    message: "Microsoft's sign-in service is temporarily unavailable: try again shortly.",
  },
  throttled: {
    ...passing,
    message: "Microsoft's sign-in service asks for fewer requests: try again later.",
  },
  loop: {
    ...passing,
    message: "Microsoft's sign-in service saw too many equal requests: try again in a few minutes.",
  },
  clockSkew: {
    ...passing,
    message: "Microsoft did not accept the time of this app's credential: try again shortly.",
  },
} as const satisfies Record<string, Meaning>;

/** Every reason that is distinguished; the error table maps Microsoft's codes and words to these. */
export const meanings = { ...userErrors, ...adminErrors, ...appErrors, ...passingErrors };

export type MeaningName = keyof typeof meanings;
