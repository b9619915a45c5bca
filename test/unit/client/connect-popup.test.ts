import { describe, expect, test } from "vitest";
import {
  AzureError,
  ConnectError,
  connectInPopup,
  type ConnectOptions,
  finishConnect,
} from "../../../src/client/browser.ts";
import { errorResponse, failure } from "../../../src/contract/errors.ts";
import { snapshot } from "./live-fixtures.ts";
import { BrowserDouble, pageDouble, settled } from "./page-double.ts";

const microsoft = "https://login.microsoftonline.com/common/oauth2/v2.0/authorize?state=s";
const { data: info } = snapshot(1);

interface Answers {
  start?: () => Response | Promise<Response>;
  confirm?: () => Response | Promise<Response>;
}

/** A page that connects, in a browser whose Worker answers as it is told. */
function scene({ start, confirm }: Answers = {}, { blocked = false } = {}) {
  const browser = new BrowserDouble();
  const page = pageDouble(browser, { href: "https://app.example/settings", blocked });
  const requests: { url: URL; method: string; body: unknown; authorization: string | null }[] = [];
  const fetch = async (address: string, init: RequestInit) => {
    const url = new URL(address);
    requests.push({
      url,
      method: init.method ?? "GET",
      body: typeof init.body === "string" ? JSON.parse(init.body) : undefined,
      authorization: new Headers(init.headers).get("authorization"),
    });
    if (url.pathname === "/connect") {
      return (
        start?.() ??
        Response.json({ auth_url: microsoft, state: "s", expires_at: "", connection: "user:ada" })
      );
    }
    return confirm?.() ?? Response.json({ success: true, data: info });
  };
  const connect = (more: Partial<ConnectOptions> = {}) =>
    connectInPopup(
      {
        baseUrl: "https://azure.example",
        token: "session",
        returnUrl: "/connected",
        fetch,
        ...more,
      },
      page,
    ).then(
      (connected) => ({ connected }),
      (error: unknown) => ({ error }),
    );
  /** Where the sign-in of the latest attempt returns, with what Microsoft's answer came to. */
  const returned = (parameters: Record<string, string>) => {
    const url = new URL(requests.at(-1)?.url.searchParams.get("return_url") ?? "");
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return pageDouble(browser, { href: url.href });
  };
  return { browser, page, requests, connect, returned };
}

const reasonOf = (outcome: object): string =>
  "error" in outcome && outcome.error instanceof ConnectError ? outcome.error.reason : "none";

describe("connecting in a popup", () => {
  test("opens the window before anything is awaited, and asks with what it was given", async () => {
    const { page, requests, connect } = scene();
    void connect({
      scopes: ["Mail.Send", "Files.Read"],
      label: "second",
      tenantId: "organizations",
      loginHint: "ada@contoso.example",
      prompt: "consent",
    });
    expect(page.popups).toHaveLength(1);
    await settled();
    const [start] = requests;
    const { return_url: returnUrl, ...query } = Object.fromEntries(start?.url.searchParams ?? []);
    expect(query).toEqual({
      binding: "confirm",
      scopes: "Mail.Send Files.Read",
      label: "second",
      tenant_id: "organizations",
      login_hint: "ada@contoso.example",
      prompt: "consent",
    });
    expect(returnUrl).toMatch(/^https:\/\/app\.example\/connected\?connect=[\w-]{36}$/);
    expect(start?.authorization).toBe("Bearer session");
    expect(page.popups[0]?.visited).toEqual([microsoft]);
  });

  test("confirms the flow that the return page brings, and leaves nothing open", async () => {
    const { browser, page, requests, connect, returned } = scene();
    const connecting = connect();
    await settled();
    const back = returned({ status: "confirmation_required", flow: "f1" });
    expect(await finishConnect(back)).toBe("delivered");
    expect(await connecting).toEqual({ connected: info });
    expect(requests[1]).toMatchObject({
      method: "POST",
      body: { flow: "f1" },
      url: { pathname: "/connections/user%3Aada/confirm" },
    });
    expect(back.replaceAddress).toHaveBeenCalledWith("https://app.example/connected");
    expect(back.close).toHaveBeenCalledOnce();
    expect([page.popups[0]?.closed, browser.openChannels]).toEqual([true, 0]);
  });

  test.each([
    ["access_denied", "access_denied"],
    ["admin_consent", "admin_consent"],
    ["tenant_required", "tenant_required"],
    ["missing_scopes", "missing_scopes"],
    ["temporarily_unavailable", "sign_in_failed"],
    // Words that are ours alone come from no address.
    ["popup_blocked", "sign_in_failed"],
    ["request_failed", "sign_in_failed"],
  ])("is refused with error=%s as %s", async (error, reason) => {
    const { connect, returned, requests } = scene();
    const connecting = connect();
    await settled();
    await finishConnect(returned({ error, error_description: "A sentence." }));
    const outcome = await connecting;
    expect(outcome).toMatchObject({ error: { reason, message: "A sentence." } });
    expect(requests).toHaveLength(1);
  });

  test("does not hear the return of another attempt, or what is no return", async () => {
    const { browser, connect, requests } = scene();
    const connecting = connect();
    await settled();
    const other = pageDouble(browser, { href: "https://app.example/connected?connect=x&flow=f" });
    const finished = finishConnect(other);
    const attempt = requests[0]?.url.searchParams.get("return_url")?.split("connect=")[1] ?? "";
    const intruder = browser.channel(`azure-integration-worker/connect/${attempt}`);
    for (const message of ["received", { kind: "flow" }, null]) intruder.send(message);
    await browser.pass(4);
    expect(await finished).toBe("nobody_waits");
    expect(other.close).not.toHaveBeenCalled();
    expect(requests).toHaveLength(1);
    await browser.pass(600);
    expect(reasonOf(await connecting)).toBe("timed_out");
  });

  test("says that the browser opened no window, and asks the Worker nothing", async () => {
    const { connect, requests } = scene({}, { blocked: true });
    expect(reasonOf(await connect())).toBe("popup_blocked");
    expect(requests).toEqual([]);
  });

  test("ends when the window was closed, also before it was sent anywhere", async () => {
    for (const start of [undefined, () => new Promise<Response>(() => {})]) {
      const { browser, page, connect } = scene(start === undefined ? {} : { start });
      const connecting = connect();
      await settled();
      page.popups[0]?.close();
      page.focused = true;
      await browser.pass(2);
      expect(reasonOf(await connecting)).toBe("window_closed");
      expect(browser.openChannels).toBe(0);
    }
  });

  test("takes a return that comes just after the window was closed", async () => {
    const { browser, page, connect, returned } = scene();
    const connecting = connect();
    await settled();
    page.popups[0]?.close();
    page.focused = true;
    await browser.pass(0.5);
    expect(await finishConnect(returned({ flow: "f" }))).toBe("delivered");
    expect(await connecting).toEqual({ connected: info });
  });

  test("ends when its time is over", async () => {
    const { browser, page, connect } = scene();
    const connecting = connect({ timeoutSeconds: 30 });
    await browser.pass(31);
    expect(reasonOf(await connecting)).toBe("timed_out");
    expect(page.popups[0]?.closed).toBe(true);
  });

  test("ends by its signal, with the signal's reason", async () => {
    const { page, connect } = scene();
    const stop = new AbortController();
    const connecting = connect({ signal: stop.signal });
    await settled();
    const reason = new Error("the person went elsewhere");
    stop.abort(reason);
    expect(await connecting).toEqual({ error: reason });
    expect(page.popups[0]?.closed).toBe(true);
    expect(await connect({ signal: stop.signal })).toEqual({ error: reason });
    expect(page.popups).toHaveLength(1);
  });

  test.each<[string, Answers, string, string]>([
    [
      "the start",
      { start: () => errorResponse(failure("forbidden", "It lacks connections:write.")) },
      "request_failed",
      "forbidden",
    ],
    [
      "the confirmation",
      { confirm: () => errorResponse(failure("not_found", "Nothing waits.")) },
      "request_failed",
      "not_found",
    ],
    [
      "the account",
      {
        confirm: () =>
          errorResponse(
            failure("conflict", "Another account.", { details: { reason: "different_account" } }),
          ),
      },
      "different_account",
      "conflict",
    ],
    [
      "what is no address of Microsoft's",
      { start: () => Response.json({ auth_url: "javascript:alert(1)", connection: "user:ada" }) },
      "request_failed",
      "internal_error",
    ],
  ])("says that the Worker refused %s, and why", async (_, answers, reason, code) => {
    const { browser, page, connect, returned } = scene(answers);
    const connecting = connect();
    await settled();
    if (answers.confirm !== undefined) await finishConnect(returned({ flow: "f" }));
    const outcome = await connecting;
    expect(outcome).toMatchObject({ error: { reason, cause: { code } } });
    expect([
      page.popups[0]?.closed,
      page.popups[0]?.visited.includes("javascript:alert(1)"),
    ]).toEqual([true, false]);
    expect(browser.openChannels).toBe(0);
  });

  test.each([
    ["returnUrl", { returnUrl: "https://other.example/connected" }],
    ["baseUrl", { baseUrl: "azure.example" }],
  ])("opens no window for a %s that cannot be", async (field, wrong) => {
    const { page, connect } = scene();
    const outcome = await connect(wrong);
    expect(outcome).toMatchObject({ error: { code: "invalid_request", details: { field } } });
    expect("error" in outcome && outcome.error).toBeInstanceOf(AzureError);
    expect(page.popups).toEqual([]);
  });
});

describe("the return page", () => {
  test("does nothing at a visit that no sign-in led to", async () => {
    const page = pageDouble(new BrowserDouble(), { href: "https://app.example/connected?x=1" });
    expect(await finishConnect(page)).toBe("not_returned");
    expect(page.replaceAddress).not.toHaveBeenCalled();
  });

  test("takes a flow out of the address that no page of connectInPopup waits for", async () => {
    const href = "https://app.example/connected?x=1&status=confirmation_required&flow=f#top";
    const page = pageDouble(new BrowserDouble(), { href });
    expect(await finishConnect(page)).toBe("not_returned");
    expect(page.replaceAddress.mock.calls).toEqual([
      ["https://app.example/connected?x=1&status=confirmation_required#top"],
    ]);
    expect(page.popups).toEqual([]);
  });
});
