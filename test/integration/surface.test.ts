import { runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { handlers, rpcSurface, sealedNames } from "../support/actor-surface.ts";
import { connected } from "./support/connections.ts";

/** Every name on the prototype chain of the object, inherited ones too. */
function namesOf(instance: object): string[] {
  const names = new Set<string>();
  for (
    let prototype: unknown = Object.getPrototypeOf(instance);
    typeof prototype === "object" && prototype !== null && prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    for (const name of Object.getOwnPropertyNames(prototype)) names.add(name);
  }
  names.delete("constructor");
  return [...names];
}

test("the actor has no other name than those a sibling is tried with", async () => {
  const { stub } = await connected();
  const names = await runInDurableObject(stub, namesOf);
  expect(names.sort()).toEqual([...rpcSurface, ...handlers, ...sealedNames].sort());
});

test("RPC, which serves no own properties, finds none of the sealed names", async () => {
  const { stub } = await connected();
  const own = await runInDurableObject(stub, (instance) => Object.getOwnPropertyNames(instance));
  expect(own).toEqual(expect.arrayContaining(sealedNames));
  expect(own.filter((name) => rpcSurface.includes(name))).toEqual([]);
});

test("an upgrade that the front Worker did not build is refused", async () => {
  const { stub } = await connected();
  for (const url of [
    "https://actor/live?_pk=chosen",
    "https://actor/other",
    "https://graph.microsoft.com/v1.0/me",
  ]) {
    const response = await stub.fetch(url, {
      headers: { upgrade: "websocket", "x-partykit-props": "not base64!" },
    });
    expect(response.status).toBe(400);
    expect(response.headers.get("x-azure-error")).toBe("invalid_request");
  }
});
