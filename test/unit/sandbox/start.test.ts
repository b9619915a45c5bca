import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseConfig, variables } from "../../../src/config/config.ts";
import { CLIENT_ID, CLIENT_SECRET } from "../../sandbox/constants.ts";
import { banner } from "../../sandbox/start/banner.ts";
import { portsFrom, readPorts } from "../../sandbox/start/ports.ts";
import { claimStateFolder } from "../../sandbox/start/state-folder.ts";
import {
  givenVariables,
  isInSandbox,
  readDevVars,
  workerVariables,
} from "../../sandbox/start/variables.ts";
import { projectRoot } from "../../support/source-files.ts";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "start-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const messageOf = (act: () => unknown): string => {
  try {
    act();
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

describe("the ports", () => {
  test.each([
    [8787, 8788, 8790, 8789],
    [9000, 9100, 9002, 9101],
    [9000, 9002, 9004, 9003],
    [9000, 9001, 9003, 9002],
    [9000, 9003, 9002, 9004],
  ])("of a Worker at %i and a sandbox at %i: https at %i and %i", (worker, sandbox, ...https) => {
    const ports = portsFrom(worker, sandbox);
    expect([ports.workerHttps, ports.sandboxHttps]).toEqual(https);
    expect(new Set(Object.values(ports)).size).toBe(4);
  });

  test.each([
    [{}, ""],
    [{ PORT: "", SANDBOX_PORT: "9100" }, ""],
    [{ PORT: "80a" }, 'PORT is "80a"; expected a port number'],
    [{ PORT: "-1" }, 'PORT is "-1"; expected a port number'],
    [{ PORT: "1e3" }, 'PORT is "1e3"; expected a port number'],
    [{ SANDBOX_PORT: "0" }, 'SANDBOX_PORT is "0"; expected a port number'],
    [{ SANDBOX_PORT: "65536" }, 'SANDBOX_PORT is "65536"; expected a port number'],
    [{ SANDBOX_PORT: "65535" }, 'SANDBOX_PORT is "65535"; https needs port 65536'],
    [{ PORT: "65534" }, 'PORT is "65534"; https needs port 65536'],
    [{ PORT: "8788" }, "must be three ports"],
    [{ PORT: "8789" }, "must be three ports"],
  ])("are read from %j: %s", (environment, problem) => {
    const message = messageOf(() => readPorts(environment));
    expect([message === "", message]).toEqual([problem === "", expect.stringContaining(problem)]);
  });
});

describe("the variables of the Worker", () => {
  const addresses = {
    workerUrl: "http://localhost:1",
    workerHttpsUrl: "https://localhost:3",
    sandboxUrl: "http://localhost:5",
  };
  const secrets = {
    TOKEN_ENCRYPTION_KEYS: `k1:${btoa("k".repeat(32))}`,
    SESSION_SECRET: "s".repeat(32),
  };
  const madeFrom = (given: Record<string, string>) => workerVariables(addresses, secrets, given);

  test("come from the environment, then from .dev.vars; of the environment only its own", () => {
    const environment = {
      AZURE_TENANT_ID: "organizations",
      WEBHOOKS: " ",
      HOME: "/root",
      PORT: "1",
    };
    const devVars = {
      AZURE_TENANT_ID: "consumers",
      WEBHOOKS: "[]",
      EXTRA: "1",
      RETURN_ORIGINS: "",
    };
    expect(givenVariables(environment, devVars)).toEqual({
      values: { AZURE_TENANT_ID: "organizations", WEBHOOKS: "[]", EXTRA: "1" },
      sources: {
        AZURE_TENANT_ID: "the environment",
        WEBHOOKS: ".dev.vars",
        EXTRA: ".dev.vars",
      },
    });
  });

  test("are passed on each, whatever it is", () => {
    const environment = Object.fromEntries(variables.map((name) => [name, `of ${name}`]));
    expect(variables.length).toBeGreaterThan(12);
    expect(madeFrom(givenVariables(environment, {}).values)).toEqual(environment);
  });

  test("make a whole configuration, with none given", () => {
    expect(parseConfig(madeFrom({}))).toMatchObject({
      ok: true,
      value: {
        cloud: { name: "sandbox", graphEndpoint: "http://localhost:5/graph" },
        clientId: CLIENT_ID,
        publicOrigin: "http://localhost:1",
        redirectUris: ["http://localhost:1/callback", "https://localhost:3/callback"],
        returnOrigins: ["http://localhost:1", "https://localhost:3", "http://localhost:*"],
      },
    });
  });

  test.each(["AZURE_FEDERATION_KEYS", "AZURE_CLIENT_CERTIFICATE", "AZURE_CLIENT_CERTIFICATE_2"])(
    "hold no secret of the sandbox's beside %s, whose faults it would hide",
    (name) => {
      expect(madeFrom({})).toHaveProperty("AZURE_CLIENT_SECRET", CLIENT_SECRET);
      expect(madeFrom({ [name]: "PEM" })).not.toHaveProperty("AZURE_CLIENT_SECRET");
      const both = { [name]: "PEM", AZURE_CLIENT_SECRET: "mine" };
      expect(madeFrom(both)).toMatchObject(both);
    },
  );

  test("hold nothing of the sandbox's Microsoft in another cloud", () => {
    const config = parseConfig(madeFrom({ AZURE_CLOUD: "global" }));
    expect(config).toMatchObject({
      ok: false,
      error: {
        variable: "AZURE_CLIENT_ID",
        message: expect.stringContaining("Also missing: AZURE_CLIENT_SECRET."),
      },
    });
  });

  test("are read from the file, quotes and comments and all; none where there is none", () => {
    expect(readDevVars(folder)).toEqual({});
    writeFileSync(
      join(folder, ".dev.vars"),
      '# mine\nA=1\nB=\'[{"x": "$y"}]\'\nexport C=3 # three\n',
    );
    expect(readDevVars(folder)).toEqual({ A: "1", B: '[{"x": "$y"}]', C: "3" });
  });
});

describe("the banner", () => {
  const secrets = { TOKEN_ENCRYPTION_KEYS: "k1:a", SESSION_SECRET: "s" };
  const addresses = {
    workerUrl: "http://localhost:1",
    workerHttpsUrl: "https://localhost:3",
    sandboxUrl: "http://localhost:5",
  };
  const printed = (environment: Record<string, string>) => {
    const given = givenVariables(environment, {});
    return banner({
      ...addresses,
      sandbox: isInSandbox(given.values)
        ? { url: addresses.sandboxUrl, httpsUrl: "https://localhost:6" }
        : undefined,
      given,
      variables: workerVariables(addresses, secrets, given.values),
      folders: { state: ".wrangler", sandbox: ".wrangler/sandbox" },
    });
  };

  test("in the sandbox names it, the link that signs in, and the key that works there", () => {
    const text = printed({ AZURE_TENANT_ID: "organizations" });
    for (const part of [
      "  Sandbox   http://localhost:5   (https: https://localhost:6, CA: .wrangler/sandbox/ca.pem)",
      "  Set       AZURE_TENANT_ID from the environment",
      "  Open      http://localhost:1/connect?user_id=demo\n",
      "azk_dev_sandbox",
      "Ctrl-C ends both; connections are kept in .wrangler/",
    ]) {
      expect(text).toContain(part);
    }
  });

  test("in another cloud names nothing of the sandbox, and all that was set unasked", () => {
    const text = printed({ AZURE_CLOUD: "global", AZURE_CLIENT_ID: "id" });
    expect(text).not.toMatch(/azk_dev|:5\b|ca\.pem|Sandbox/);
    for (const part of [
      "  Cloud     global",
      "  Set       AZURE_CLIENT_ID from the environment, AZURE_CLOUD from the environment",
      "  Made      SESSION_SECRET, TOKEN_ENCRYPTION_KEYS, kept in .wrangler/sandbox/secrets.json",
      "  Chosen    AZURE_REDIRECT_URI=http://localhost:1/callback,https://localhost:3/callback",
      "  Chosen    ALLOWED_ORIGINS=http://localhost:1,https://localhost:3",
      "  No keys   npm run mint-key -- ID SCOPE…",
      "  Register  http://localhost:1/callback as a redirect URI (Web)",
      "Bearer $KEY",
      "Ctrl-C ends it;",
    ]) {
      expect(text).toContain(part);
    }
  });

  test("in another cloud says of nothing that it was made which the developer has set", () => {
    const own = "https://azure.example/callback";
    const text = printed({
      AZURE_CLOUD: "usgov",
      ...secrets,
      AZURE_REDIRECT_URI: own,
      ALLOWED_ORIGINS: "https://app.example",
      API_KEYS: '[{"id":"a"}]',
    });
    expect(text).not.toMatch(/Made|Chosen|No keys/);
    expect(text).toContain(`  Register  ${own} as`);
  });
});

describe("the state folder", () => {
  test("is made, and is one program's until it lets go", () => {
    const inner = join(folder, "a", "b");
    const first = claimStateFolder(inner, "npm start at here");
    expect(messageOf(() => claimStateFolder(inner, "second"))).toBe(
      `the state folder ${inner} is in use by npm start at here; end that, or set STATE_DIRECTORY to another folder`,
    );
    first.release();
    claimStateFolder(inner, "third").release();
  });

  test("is free again when the program that had it was killed", () => {
    const script = `
      import { claimStateFolder } from "./test/sandbox/start/state-folder.ts";
      claimStateFolder(${JSON.stringify(folder)}, "killed");
      process.kill(process.pid, "SIGKILL");`;
    const node = join(projectRoot, "node_modules/.bin/node");
    messageOf(() =>
      execFileSync(node, ["--input-type=module-typescript", "-e", script], {
        cwd: projectRoot,
        stdio: "pipe",
      }),
    );
    expect(readFileSync(join(folder, "in-use.txt"), "utf8")).toBe("killed");
    claimStateFolder(folder, "next").release();
  });

  test.each([
    ["below a file", "package.json/state"],
    ["a file", "package.json"],
  ])("cannot be %s", (_, path) => {
    const place = join(projectRoot, path);
    expect(messageOf(() => claimStateFolder(place, "any"))).toMatch(
      /^the state folder \S+ cannot be written to \(E\w+\); set STATE_DIRECTORY/,
    );
  });
});
