/**
 * Stands for what the MCP SDK brings to check JSON by JSON Schemas (`alias` in wrangler.jsonc): a twelfth
 * of its size. It is for servers that ask a person by an open stream, which this one never does; arguments
 * and answers are read by their own schemas here.
 */
export class DefaultJsonSchemaValidator {
  getValidator(): never {
    throw new Error("no JSON Schema is checked by the MCP SDK here");
  }
}
