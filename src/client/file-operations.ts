import type { DriveItem } from "@microsoft/microsoft-graph-types";
import { defined } from "../contract/defined.ts";
import type { ReplayableBody } from "../http/transport.ts";
import type { Call } from "./catalogue.ts";
import { GraphOperations } from "./generated.ts";
import type { Answer, WorkerCall, WorkerRequests } from "./requests.ts";
import { askedOf, type Who } from "./who.ts";

export interface DownloadOptions {
  /** First and last byte, counted from 0; without a last one, to the end. Default: the whole file. */
  range?: { first: number; last?: number | undefined } | undefined;
  signal?: AbortSignal | undefined;
}

export interface UploadOptions {
  /** Default: what `fetch` says of the bytes: a Blob's own type, `text/plain` of text. */
  contentType?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** People, mail, calendar and files of one connection, with what is in the files. */
export class GraphRoutes extends GraphOperations {
  readonly #requests: WorkerRequests;
  readonly #who: Who;

  constructor(call: Call, requests: WorkerRequests, who: Who) {
    super(call);
    this.#requests = requests;
    this.#who = who;
  }

  /**
   * The bytes of a file, as they stream in; `status` is 206 for a range. Scope `graph:read`; Files.Read.
   *
   * @param path names from the root of the drive: `Documents/report.docx`
   * @throws AzureError; a body that breaks off later fails where it is read
   */
  downloadFile(path: string, { range, signal }: DownloadOptions = {}): Promise<Response> {
    const headers = defined({ range: range && `bytes=${range.first}-${range.last ?? ""}` });
    return this.#requests.sendForBytes({
      ...this.#content("GET", path),
      headers,
      signal,
    });
  }

  /**
   * Creates or replaces a file; it is sent again when the answer was lost. Scope `graph:write`;
   * Files.ReadWrite.
   *
   * @param path names from the root of the drive: `Documents/report.docx`
   */
  uploadFile(
    path: string,
    bytes: ReplayableBody,
    { contentType, signal }: UploadOptions = {},
  ): Promise<Answer<DriveItem>> {
    return this.#requests.send<DriveItem>({
      ...this.#content("PUT", path),
      headers: defined({ "content-type": contentType }),
      bytes,
      signal,
    });
  }

  #content(method: "GET" | "PUT", path: string): WorkerCall {
    return askedOf({ method, path: "/files/content", query: { path } }, this.#who);
  }
}
