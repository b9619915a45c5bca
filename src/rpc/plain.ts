/** A JSON value that nothing more is known of; one level deep, so that types stay finite. */
export type Json = string | number | boolean | null | object;

/**
 * A value as it came out of JSON: what its type leaves open is JSON too. Workers RPC gives `never`
 * for results that hold an `unknown`.
 */
export type Plain<Value> = unknown extends Value
  ? Json
  : Value extends readonly (infer Item)[]
    ? Plain<Item>[]
    : Value extends object
      ? { [Name in keyof Value]: Plain<Value[Name]> }
      : Value;
