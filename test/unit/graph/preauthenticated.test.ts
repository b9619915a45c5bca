import { describe, expect, it } from "vitest";
import { storageUrl } from "../../../src/graph/preauthenticated.ts";

const graph = "https://graph.microsoft.com";
const sandbox = "http://localhost:8788/graph";

describe("storageUrl", () => {
  it.each([
    [
      graph,
      "https://contoso-my.sharepoint.com/personal/ada/_api/v2.0/drive/items/x/uploadSession?guid=1&tempauth=t",
    ],
    [graph, "https://api.onedrive.com/rup/abc"],
    [graph, "https://sn3302.up.1drv.com/up/abc"],
    [graph, "https://my.microsoftpersonalcontent.com/personal/x"],
    [graph, "https://contoso.sharepoint.us/x"],
    [graph, "https://contoso.sharepoint-mil.us/x"],
    [graph, "https://contoso.sharepoint.cn/x"],
    [graph, "https://graph.microsoft.com/v1.0/me/drive/uploads/x"],
    [sandbox, "http://localhost:8788/upload/abc"],
  ])("under %s accepts %s", (endpoint, link) => {
    expect(storageUrl(new URL(endpoint), link)).toEqual({ ok: true, value: new URL(link) });
  });

  it.each([
    [graph, "http://contoso.sharepoint.com/x"],
    [graph, "https://contoso.sharepoint.com:8443/x"],
    [graph, "https://contoso.sharepoint.com.evil.example/x"],
    [graph, "https://evilsharepoint.com/x"],
    [graph, "https://user:pass@contoso.sharepoint.com/x"],
    [graph, "http://localhost:8788/upload/abc"],
    [graph, "https://evil.example/"],
    [graph, ""],
    [graph, null],
    [graph, undefined],
    [sandbox, "http://localhost:9999/upload/abc"],
    ["http://graph.example/", "http://graph.example/upload"],
  ])("under %s refuses %s", (endpoint, link) => {
    expect(storageUrl(new URL(endpoint), link)).toMatchObject({
      ok: false,
      error: { code: "upstream_error", details: { reason: "foreign_link" } },
    });
  });
});
