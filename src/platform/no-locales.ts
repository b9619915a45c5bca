// Stands in for zod's fifty languages in the bundle (wrangler.jsonc, `alias`): the OpenAPI library
// takes zod as a whole, so that a bundler cannot leave them out. Messages are English without them.
// oxlint-disable-next-line unicorn/require-module-specifiers -- there is nothing to export
export {};
