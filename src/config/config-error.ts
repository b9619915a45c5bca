import { failure, type Failure } from "../contract/errors.ts";
import { err, type Result } from "../contract/result.ts";

/** The variable that is missing or wrong, and a sentence that says so without its value. */
export interface ConfigError {
  variable: string;
  message: string;
}

/**
 * A variable that is missing or wrong.
 *
 * @param expected the second half of the sentence: what it must be, without a full stop
 * @param missing variables without a value, which are named beside `variable`
 */
export function wrong(
  variable: string,
  expected: string,
  missing: readonly string[] = [],
): Result<never, ConfigError> {
  const others = missing.filter((name) => name !== variable);
  const also = others.length === 0 ? "" : ` Also missing: ${others.join(", ")}.`;
  return err({ variable, message: `${variable} ${expected}.${also}` });
}

/** `app_misconfigured`: what every caller gets, by every way, until the variable is corrected. */
export const misconfigured = ({ variable, message }: ConfigError): Failure =>
  failure("app_misconfigured", message, { details: { variable } });
