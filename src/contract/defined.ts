type Defined<Fields> = { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };

/**
 * The fields that have a value. Options are there or are not (`exactOptionalPropertyTypes`); values that
 * may be undefined are spread into them by this.
 *
 * @example { code, ...defined({ remedy, retry_after: retryAfter }) }
 */
export const defined = <Fields extends object>(fields: Fields): Defined<Fields> =>
  // Nothing is left out but what is undefined.
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Defined<Fields>;
