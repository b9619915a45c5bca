import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { expect, expectTypeOf, test } from "vitest";
import * as react from "../../../src/client/react.ts";

const { useConnection } = react;

function Shown({ options }: { options: react.UseConnectionOptions | undefined }) {
  const { phase, status, info, remedy, error } = useConnection(options);
  return createElement("p", {}, `${phase} ${status} ${info?.id} ${remedy?.action} ${error}`);
}
const rendered = (options: react.UseConnectionOptions | undefined) =>
  renderToString(createElement(Shown, { options }));

test("a server renders a connection as not known yet, and nobody's as idle", () => {
  const options = { baseUrl: "https://azure.example", token: "t", userId: "ada" };
  const unknown = "undefined undefined undefined undefined";
  expect(rendered(options)).toBe(`<p>connecting ${unknown}</p>`);
  expect(rendered({ ...options, label: "second" })).toBe(`<p>connecting ${unknown}</p>`);
  expect(rendered({ ...options, baseUrl: "no address" })).toBe(`<p>connecting ${unknown}</p>`);
  expect(rendered(undefined)).toBe(`<p>idle ${unknown}</p>`);
});

test("what is used is a view of the connection, and a way to follow it again", () => {
  expectTypeOf<react.UsedConnection>().toExtend<react.ConnectionView>();
  expectTypeOf<react.UsedConnection["status"]>().toEqualTypeOf<
    react.ConnectionStatus | undefined
  >();
  expectTypeOf<react.UsedConnection["info"]>().toEqualTypeOf<react.ConnectionInfo | undefined>();
  expectTypeOf<react.UsedConnection["remedy"]>().toEqualTypeOf<react.Remedy | undefined>();
  expectTypeOf<react.UsedConnection["restart"]>().toEqualTypeOf<() => void>();
  expectTypeOf<react.UseConnectionOptions["token"]>().toEqualTypeOf<react.PageToken>();
});
