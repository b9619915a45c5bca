import type { Random } from "../../support/random.ts";

/** A JSON document of Microsoft's, as it was about to leave. */
export type Document = Record<string, unknown>;

/** What Microsoft, or what stands before it, makes of one request. */
export type OddAnswer =
  /** This answer, in place of the work. Header names may repeat. */
  | {
      as: "answer";
      status: number;
      headers?: readonly (readonly [string, string])[];
      body?: string;
    }
  /** The work is done and its answer changed. */
  | {
      as: "edit";
      edit: (document: Document) => unknown;
      headers?: readonly (readonly [string, string])[];
    }
  /** The work is done and the body ends in its middle. */
  | { as: "cut" }
  /** The connection breaks before the work. */
  | { as: "reset" }
  /** The connection breaks after the work. */
  | { as: "lost" };

/** One row of a table of odd answers. */
export interface OddCase {
  /** Ends the sentence "Microsoft answers with …". */
  name: string;
  answer: OddAnswer;
  /**
   * What the answer itself truly says has to be done; absent: nobody has to do anything, and the
   * connection works again by itself.
   */
  ends?: "sign_in" | "consent" | "step_up" | "admin_consent" | "contact_admin" | "fix_app";
}

/** Odd answers of one service, with values drawn from `random`: one seed gives one table. */
export type OddCases = (random: Random) => readonly OddCase[];

/** An answer with a JSON body. */
export const json = (
  status: number,
  body: unknown,
  headers: readonly (readonly [string, string])[] = [],
): OddAnswer => ({
  as: "answer",
  status,
  headers: [["content-type", "application/json"], ...headers],
  body: JSON.stringify(body),
});

/** The real answer with these properties changed. */
export const changed = (changes: Document): OddAnswer => ({
  as: "edit",
  edit: (document) => ({ ...document, ...changes }),
});

/** Some JSON of no use: what a property of the wrong type may hold. */
export const oddValues = (random: Random): readonly [unknown, ...unknown[]] => [
  null,
  [],
  {},
  true,
  "",
  random.between(-9, -1),
  random.next() * 1e15,
  "a text of no meaning",
  [null, { value: [] }],
  { value: { value: null } },
];
