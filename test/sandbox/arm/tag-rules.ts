import { type Answer, failure } from "./answer.ts";
import type { Tags } from "./state.ts";

const MOST_TAGS = 50;
const LONGEST_TAG_NAME = 512;
const LONGEST_TAG_VALUE = 256;

// oxlint-disable-next-line no-control-regex -- Azure refuses control characters by name
const reserved = /[<>%&\\?/\u0000-\u001F\u007F]/;
/** Azure's own tags name what they link to. */
const ofAzure = /^hidden-/i;
const reservedPrefix = /^(microsoft|azure|windows)/i;

interface Rule {
  code: string;
  breaks: (name: string, value: string, longestName: number) => boolean;
  /** @param tags what breaks the rule, in quotes */
  message: (tags: string, longestName: number) => string;
}

const rules: readonly Rule[] = [
  {
    code: "InvalidTagNameCharacters",
    breaks: (name) => reserved.test(name) && !ofAzure.test(name),
    message: (tags) =>
      `The tag names ${tags} have reserved characters '<,>,%,&,\\,?,/' or control characters. These characters are only allowed for tags that start with the prefix 'hidden-'.`,
  },
  {
    code: "InvalidTagName",
    breaks: (name, _, longestName) => name.length > longestName,
    message: (tags, longestName) =>
      `Tag name too large. Following tag name ${tags} exceeded the maximum length. Maximum allowed length for tag name - '${longestName}' characters.`,
  },
  {
    code: "InvalidTagName",
    breaks: (name) => name.trim() === "" || reservedPrefix.test(name),
    message: (tags) =>
      `The tag names ${tags} are empty or start with the reserved prefixes 'microsoft', 'azure' or 'windows'.`,
  },
  {
    code: "InvalidTagValueLength",
    breaks: (_, value) => value.length > LONGEST_TAG_VALUE,
    message: (tags) =>
      `Tag value too large. The value of the tag ${tags} exceeded the maximum length. Maximum allowed length for tag value - '${LONGEST_TAG_VALUE}' characters.`,
  },
];

/**
 * The 400 for tags that Azure does not take; undefined when it takes them. The documents give the
 * limits; where they do not give the code (the number of tags, their prefixes) it is a guess.
 * @param longestName characters; storage accounts take fewer than other resources
 */
export function refuseTags(tags: Tags, longestName = LONGEST_TAG_NAME): Answer | undefined {
  const all = Object.entries(tags);
  if (all.length > MOST_TAGS) {
    return failure(
      400,
      "TooManyTags",
      `The number of tags '${all.length}' exceeds the maximum of '${MOST_TAGS}'.`,
    );
  }
  for (const { code, breaks, message } of rules) {
    const broken = all.filter(([name, value]) => breaks(name, value, longestName));
    const named = `'${broken.map(([name]) => name).join(", ")}'`;
    if (broken.length > 0) return failure(400, code, message(named, longestName));
  }
  return undefined;
}
