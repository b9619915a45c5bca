/** A fault that is planted into the code under test, which the simulation has to find. */
export interface Mutation {
  /** What goes wrong, in plain words. */
  name: string;
  /** Whose schedules find it; default those of users. */
  of?: "tenants" | "watches";
  /** Below `src/`. */
  file: string;
  /** Text that occurs once in the file, and what takes its place. */
  find: string;
  replace: string;
}
