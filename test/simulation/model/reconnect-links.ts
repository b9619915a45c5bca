import {
  readReconnectLink,
  reconnectLinkTtl,
  reconnectUrl,
} from "../../../src/connection/grant/reconnect-link.ts";
import type { OpenedLink } from "../../../src/contract/connection-rpc.ts";
import type { Surroundings } from "./callers.ts";

export const linkKinds = ["fresh", "scopes", "kept"] as const;
/** A link as it is made now, one that names permissions, or one that somebody kept. */
export type LinkKind = (typeof linkKinds)[number];

/** Reconnect links, as the front Worker makes and reads them. */
export class ReconnectLinks {
  readonly #around: Surroundings;
  #kept: string | undefined;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** @returns what the connection is given of a link; undefined where there is none */
  async take(kind: LinkKind): Promise<OpenedLink | undefined> {
    const { sessionSecret, now, skew, id, faults } = this.#around;
    const text = kind === "kept" ? this.#kept : this.#made(kind);
    if (text === undefined) return undefined;
    this.#kept = text;
    const forged = [`${text}x`, `x${text}`, "link", `${text.split(".")[0]}.`];
    for (const one of forged) {
      if ((await readReconnectLink(sessionSecret, one, now)).ok) faults.push("a forged link opens");
    }
    const later = await readReconnectLink(sessionSecret, text, now + skew + reconnectLinkTtl);
    if (later.ok) faults.push("a link opens after its end");
    const read = await readReconnectLink(sessionSecret, text, now);
    if (!read.ok) return undefined;
    if (read.value.connectionId !== id) faults.push("a link is of another connection");
    await this.#look({ link: text });
    return { link: text };
  }

  #made(kind: "fresh" | "scopes"): string | undefined {
    const { rows, sessionSecret, id, now } = this.#around;
    const { tenant_id: tenantId, object_id: objectId } = rows?.grant ?? {};
    if (typeof tenantId !== "string" || typeof objectId !== "string") return undefined;
    const url = reconnectUrl({
      connectionId: id,
      account: { tenantId, objectId },
      ...(kind === "scopes" && { scopes: ["Files.Read.All"] }),
      publicOrigin: "http://localhost:8787",
      sessionSecret,
      now,
    });
    return new URL(url).searchParams.get("link") ?? undefined;
  }

  /** Whoever opens a link sees what it is for, and not of whom. */
  async #look(opened: OpenedLink): Promise<void> {
    const { stub, tables, faults } = this.#around;
    const seen = await stub.reconnectRequest(opened).catch(() => undefined);
    if (seen === undefined) return;
    const { upn = null } = tables?.grant ?? {};
    if (upn !== null && JSON.stringify(seen).includes(upn)) faults.push("a link names its account");
    if (seen.ok && upn === null) faults.push("a link is for a connection that holds no grant");
    const expected = ["not_found", "conflict", "app_misconfigured"];
    if (!seen.ok && !expected.includes(seen.error.code)) {
      faults.push(`a link came to ${seen.error.code}`);
    }
  }
}
