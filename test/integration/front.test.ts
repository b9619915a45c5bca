import { expect, test } from "vitest";
import { asAll, call, connectedUser, http } from "./support/http.ts";

test("smoke", async () => {
  const { id, who } = await connectedUser();
  for (const path of [
    "/health",
    `/user?${who}`,
    `/mail?${who}&top=2`,
    `/calendar/events?${who}`,
    `/users?${who}&top=2`,
    `/files?${who}`,
    `/subscriptions?${who}&top=1`,
    `/connections/${id}`,
    `/connections/${id}/events`,
    `/connections/${id}/token?resource=arm`,
    `/subscriptions/aaaaaaaa-1111-4000-8000-000000000001/resourceGroups?${who}`,
    `/subscriptions/aaaaaaaa-1111-4000-8000-000000000001/resources?${who}&top=2`,
    `/subscriptions/aaaaaaaa-1111-4000-8000-000000000001/providers?${who}`,
    `/nope`,
    `/user?user_id=nobody`,
    `/user?user_id=nobody&x=1`,
    `/user`,
    `/mail?${who}&top=0`,
    `/connections/user:nobody`,
  ]) {
    const { status, body } = await call(path, asAll());
    console.log(path, status, JSON.stringify(body).slice(0, 300));
  }
  const g = await http(
    "/graph/v1.0/me/messages?$top=2",
    asAll({ headers: { "x-azure-connection": id } }),
  );
  console.log(g.status, JSON.stringify([...g.headers]), (await g.text()).slice(-300));
  const o = await http("/openapi.json");
  console.log(o.status, (await o.text()).slice(0, 500));
  const del = await http("/user", asAll({ method: "DELETE" }));
  console.log(del.status, await del.text());
  expect(1).toBe(1);
});
