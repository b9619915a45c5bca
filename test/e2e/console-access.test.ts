import { createServer } from "node:http";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, expect, it } from "vitest";
import { patience, startStage, type Stage } from "../console/stage.ts";
import { listenLocally } from "../sandbox/loopback.ts";

/** The console behind Cloudflare Access, which this plays: its keys, and what it adds to each request. */

const slow = { timeout: patience };
const audience = "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2";
const header = "cf-access-jwt-assertion";

let stage: Stage;
let team: string;
let sign: (email: string) => Promise<string>;
let stopTeam = () => {};

beforeAll(async () => {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const keys = {
    keys: [{ ...(await exportJWK(publicKey)), kid: "one", alg: "RS256", use: "sig" }],
  };
  const { port, servers } = await listenLocally(
    () =>
      createServer((request, response) => {
        const found = request.url === "/cdn-cgi/access/certs";
        response.writeHead(found ? 200 : 404, { "content-type": "application/json" });
        response.end(JSON.stringify(found ? keys : {}));
      }),
    0,
  );
  stopTeam = () => {
    for (const server of servers) server.close();
  };
  team = `http://localhost:${port}`;
  sign = (email) =>
    new SignJWT({ email, type: "app", country: "GB" })
      .setProtectedHeader({ alg: "RS256", kid: "one", typ: "JWT" })
      .setIssuer(team)
      .setAudience([audience])
      .setIssuedAt()
      .setExpirationTime("1h")
      .sign(privateKey);
  stage = await startStage({
    ACCESS_TEAM: team,
    ACCESS_AUD: audience,
    CONSOLE_ADMINS: "Root@contoso.example",
    CONSOLE_API_KEY_SIGN_IN: "off",
  });
});
afterAll(async () => {
  await stage?.close();
  stopTeam();
});

it.each([
  ["root@contoso.example", "May change things"],
  ["anybody@contoso.example", "May look at things"],
])("signs %s in without a click: %s", async (email, may) => {
  const page = await stage.newPage({ extraHTTPHeaders: { [header]: await sign(email) } });
  const said: string[] = [];
  page.on("console", (message) => message.type() === "error" && said.push(message.text()));
  await page.goto(`${stage.worker}/console`);
  const who = page.locator(".who span");
  await expect.poll(() => who.textContent(), slow).toBe(email);
  expect(await who.getAttribute("title")).toBe(may);
  expect(said).toEqual([]);
});

it("leaves who signs out signed out, so that another way in can be taken", async () => {
  const page = await stage.newPage({
    extraHTTPHeaders: { [header]: await sign("anybody@contoso.example") },
  });
  await page.goto(`${stage.worker}/console`);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Sign in with Microsoft" }).click();
  await page.getByRole("button", { name: /Ada Lovelace/ }).click();
  const who = page.locator(".who span");
  await expect.poll(() => who.textContent(), slow).toBe("ada@contoso.example");
  expect(await who.getAttribute("title")).toBe("May change things");
});

it("signs nobody in by an assertion of somebody else's, and still offers another way", async () => {
  const [head, , mac] = (await sign("root@contoso.example")).split(".");
  const claims = { email: "root@contoso.example", iss: team, aud: [audience], exp: 4_000_000_000 };
  const forged = `${head}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.${mac}`;
  const page = await stage.newPage({ extraHTTPHeaders: { [header]: forged } });
  await page.goto(`${stage.worker}/console`);
  await expect
    .poll(() => page.getByRole("alert").textContent(), slow)
    .toContain("does not prove who this is");
  await page.getByRole("button", { name: "Sign in with Microsoft" }).waitFor();
  expect(await page.getByLabel("API key").count()).toBe(0);
});
