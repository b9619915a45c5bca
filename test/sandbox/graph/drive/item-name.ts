import { GraphError } from "../graph-error.ts";

/** Where an item is to lie. */
export interface NamePlace {
  folder: boolean;
  /** Directly below the drive's root. */
  atRoot: boolean;
  /** OneDrive for work lies in SharePoint, which refuses more names. */
  business: boolean;
  /** The server-relative path of the folder it is to lie in, decoded. */
  parentPath: string;
}

/** Characters of one name, and of a whole path behind the server's name. */
const LONGEST_NAME = 255;
const LONGEST_PATH = 400;

type Rule = readonly [refused: (name: string, place: NamePlace) => boolean, innerCode: string];

/** What OneDrive refuses in a name, and the code in `innerError` that says so. */
const rules: readonly Rule[] = [
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  [(name) => /["*:<>?/\\|\u0000-\u001f\u007f]/.test(name), "nameContainsInvalidCharacters"],
  [(name) => name === "" || /^ | $|\.$/.test(name), "nameContainsInvalidCharacters"],
  [(name) => /^(?:\.lock|desktop\.ini|~\$.*)$/is.test(name), "nameIsReserved"],
  // Windows' devices, whatever the extension.
  [(name) => /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?$/is.test(name), "nameIsReserved"],
  [(name, { business }) => business && /_vti_/i.test(name), "nameIsReserved"],
  [(name, { business, folder }) => business && folder && name.startsWith("~"), "nameIsReserved"],
  [
    (name, { business, folder, atRoot }) => business && folder && atRoot && /^forms$/i.test(name),
    "nameIsReserved",
  ],
  [(name) => name.length > LONGEST_NAME, "parameterIsTooLong"],
  [(name, { parentPath }) => `${parentPath}/${name}`.length > LONGEST_PATH, "pathIsTooLong"],
];

const messages: Readonly<Record<string, string>> = {
  nameContainsInvalidCharacters: "The provided name cannot contain any illegal characters.",
  nameIsReserved: "The provided name is reserved and cannot be used.",
  parameterIsTooLong: "Parameter Exceeds Maximum Length",
  pathIsTooLong: "The path of the item is too long.",
};

/** Throws invalidRequest (400) for a name that OneDrive does not take there. */
export function requireName(name: string, place: NamePlace): void {
  const [, innerCode] = rules.find(([refused]) => refused(name, place)) ?? [];
  if (innerCode !== undefined)
    throw new GraphError(400, "invalidRequest", messages[innerCode] ?? "", { innerCode });
}
