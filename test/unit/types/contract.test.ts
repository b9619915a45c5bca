import { expectTypeOf, test } from "vitest";
import type * as z from "zod";
import type { AppHealth } from "../../../src/contract/app-health.ts";
import type { appHealthSchema } from "../../../src/contract/app-health-schema.ts";
import type { connectionEventSchema } from "../../../src/contract/connection-event-schema.ts";
import type { ConnectionEvent } from "../../../src/contract/connection-events.ts";
import type { connectionInfoSchema } from "../../../src/contract/connection-info-schema.ts";
import type { ConnectionInfo } from "../../../src/contract/connection-info.ts";
import type { listedConnectionSchema } from "../../../src/contract/listed-connection-schema.ts";
import type { ListedConnection } from "../../../src/contract/listed-connection.ts";
import type { remedySchema } from "../../../src/contract/remedy-schema.ts";
import type { Remedy } from "../../../src/contract/remedy.ts";
import type { changeSchema, watchSchema } from "../../../src/contract/watch-schema.ts";
import type { Change, Watch } from "../../../src/contract/watch.ts";

/** The package gives the types alone: programs that import it have no zod. */
test("what a schema reads is exactly the type that callers are given", () => {
  expectTypeOf<z.infer<typeof remedySchema>>().toEqualTypeOf<Remedy>();
  expectTypeOf<z.infer<typeof connectionInfoSchema>>().toEqualTypeOf<ConnectionInfo>();
  expectTypeOf<z.infer<typeof connectionEventSchema>>().toEqualTypeOf<ConnectionEvent>();
  expectTypeOf<z.infer<typeof listedConnectionSchema>>().toEqualTypeOf<ListedConnection>();
  expectTypeOf<z.infer<typeof appHealthSchema>>().toEqualTypeOf<AppHealth>();
  expectTypeOf<z.infer<typeof watchSchema>>().toEqualTypeOf<Watch>();
  expectTypeOf<z.infer<typeof changeSchema>>().toEqualTypeOf<Change>();
});
