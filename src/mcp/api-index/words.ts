/** Words of questions and of paths, in one form. */

/** What people call things, and what Graph calls them. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  mail: ["message"],
  email: ["message"],
  meeting: ["event"],
  appointment: ["event"],
  photo: ["photo"],
  picture: ["photo"],
  file: ["drive", "item"],
  onedrive: ["drive"],
  document: ["drive", "item"],
  app: ["application"],
  todo: ["todo", "task"],
  person: ["people"],
  colleague: ["people"],
  organization: ["organization"],
  organisation: ["organization"],
  company: ["organization"],
  sku: ["subscribed", "sku"],
  licence: ["license"],
  profile: ["me"],
  my: ["me"],
  i: ["me"],
  myself: ["me"],
  notebook: ["notebook", "onenote"],
  page: ["page"],
  post: ["message"],
  member: ["member"],
  report: ["report"],
  team: ["team"],
  responder: ["respond"],
  free: ["schedule"],
  busy: ["schedule"],
  availability: ["schedule"],
  inbox: ["mail", "folder", "message"],
};

const stopWords: ReadonlySet<string> = new Set(
  "a an the of in on for to with by from and or all any is are at as that which it its this be using use via into me's".split(
    " ",
  ),
);

/** What a question wants done, by its verb; a verb says little about the thing itself. */
const verbs: Readonly<Record<string, string>> = {
  get: "GET",
  list: "GET",
  show: "GET",
  read: "GET",
  find: "GET",
  view: "GET",
  retrieve: "GET",
  create: "POST",
  add: "POST",
  new: "POST",
  make: "POST",
  send: "POST",
  invite: "POST",
  upload: "PUT",
  replace: "PUT",
  update: "PATCH",
  change: "PATCH",
  edit: "PATCH",
  modify: "PATCH",
  set: "PATCH",
  rename: "PATCH",
  delete: "DELETE",
  remove: "DELETE",
};

/** The stem of an English word, as far as lists of things need it. */
function stem(word: string): string {
  if (word.length <= 3) return word;
  if (word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  if (/(?:s|x|ch|sh)es$/.test(word)) return word.slice(0, -2);
  return word.endsWith("s") && !word.endsWith("ss") && !word.endsWith("us")
    ? word.slice(0, -1)
    : word;
}

/** `mailFolders` is two words. */
const split = (text: string): string[] =>
  text
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");

/** The words of a part of a path. */
export const wordsOfPath = (text: string): string[] => split(text).map(stem);

/** A question, taken apart. */
export interface Question {
  /** Stems, each with its synonyms: any of them will do. */
  terms: string[][];
  /** What its verb asks for. */
  method: string | undefined;
  /** It asks for several things. */
  isPlural: boolean;
}

/** Where everything is; in a path of Graph it is a thing of its own. */
const inOrganization =
  /\b(?:in|of|for) (?:my|the|our|an) (?:organi[sz]ation|tenant|company|directory)\b/gi;

export function questionOf(text: string): Question {
  const all = split(text.replaceAll(/(['’])s\b/g, "").replaceAll(inOrganization, " "));
  const method = all.map((word) => verbs[word]).find((found) => found !== undefined);
  // "List my files" asks for no list of to-dos: at the beginning the word is what to do, and no thing.
  const things = all.length > 1 && all[0] === "list" ? all.slice(1) : all;
  const terms = things
    .filter((word) => !stopWords.has(word))
    .map((word) => [...new Set([stem(word), ...(synonyms[stem(word)] ?? [])])]);
  return { terms, method, isPlural: all.some((word) => stem(word) !== word) };
}

export const isVerb = (word: string): boolean => Object.hasOwn(verbs, word);
