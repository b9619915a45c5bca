import type * as z from "zod";

/** Everything that is wrong with an input, in one line: `user: no such user in the sandbox; …`. */
export const problemsOf = ({ issues }: z.core.$ZodError): string =>
  issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join(".")}: ${message}`))
    .join("; ");
