import { queryParameter } from "../query-parameter.ts";
import { type Answer, badParameter } from "./answer.ts";

const VERSIONS: readonly string[] = [
  "7.0",
  "7.1",
  "7.2",
  "7.3",
  "7.4",
  "7.5",
  "7.6-preview.2",
  "7.6",
  "2025-07-01",
  "2026-04-01",
];

/** The 400 of a request without an api-version the vault speaks; undefined when it has one. */
export function refuseApiVersion(url: URL): Answer | undefined {
  const version = queryParameter(url, "api-version");
  if (!version) return badParameter("api-version must be specified");
  return VERSIONS.includes(version)
    ? undefined
    : badParameter(
        `The specified version (${version}) is not recognized. Consider using the latest supported version (${VERSIONS.at(-1)}).`,
      );
}
