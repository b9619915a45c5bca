import { mailTop } from "./mail.ts";
import { largeUrl, mailUrl, quickUrl } from "./quick.ts";

interface Environment {
  /** The sandbox, in Node. */
  SANDBOX: Fetcher;
}

const body = JSON.stringify({
  "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users/$entity",
  id: "00000000-0000-0000-0000-000000000000",
  displayName: "Ada",
  mail: "ada@contoso.example",
  userPrincipalName: "ada@contoso.example",
});

/** A page of mail, as long as it is asked for. */
const mail = JSON.stringify({
  "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users('me')/messages",
  value: Array.from({ length: mailTop }, (_, number) => ({
    "@odata.etag": `W/"etag-${number}"`,
    id: `AAMkAGI2TG93AAA${String(number).padStart(137, "0")}`,
    receivedDateTime: "2026-11-29T08:00:00Z",
    hasAttachments: false,
    subject: `Subject of message ${number}`,
    bodyPreview: "A few words of what was written. ".repeat(7),
    isRead: true,
    from: { emailAddress: { name: "Grace Hopper", address: "grace@contoso.example" } },
  })),
});

/** 10 MiB of JSON, with the fields that a page of files has. */
const large = () => {
  const item = `{"id":"01NKDM7HMOJTVYMDOSXFDK2QJDXCDI3WUK","name":"budget.xlsx","webLink":"https://contoso-my.sharepoint.com/x","size":184512,"createdBy":{"user":{"displayName":"Ada Lovelace"}}},`;
  const items = item.repeat(Math.ceil((10 * 1_024 * 1_024) / item.length));
  return `{"value":[${items.slice(0, -1)}],"@odata.nextLink":"${largeUrl}?$skiptoken=1"}`;
};
let largeBody: string | undefined;

/** What is answered at once, by its address without a query. */
const answers: ReadonlyMap<string, () => string> = new Map([
  [quickUrl, () => body],
  [mailUrl, () => mail],
  [largeUrl, () => (largeBody ??= large())],
]);

/**
 * Where every outgoing request of the Workers under measurement ends. The calls that latency is
 * measured by are answered here, in the same process and at once, so that the way to it is what is
 * compared; whatever needs a Microsoft is passed on to the sandbox.
 */
export default {
  async fetch(request, { SANDBOX }) {
    const answer = answers.get(request.url.split("?")[0] ?? "");
    if (answer === undefined) return SANDBOX.fetch(request, { redirect: "manual" });
    if (request.headers.get("authorization")?.startsWith("Bearer ") !== true) {
      return new Response(null, { status: 401 });
    }
    return new Response(answer(), {
      headers: { "content-type": "application/json", "request-id": "quick" },
    });
  },
} satisfies ExportedHandler<Environment>;
