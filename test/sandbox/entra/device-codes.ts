import type { RefreshToken } from "./sealed-grant.ts";

/** Seconds that a code is good for, as Entra has it. */
export const DEVICE_CODE_LIFETIME_S = 900;

export type DeviceGrant = Pick<
  RefreshToken,
  "upn" | "tenantId" | "clientId" | "scope" | "sessionId" | "authTime" | "tick"
>;

/** A sign-in that one device asked for and another's browser grants. */
export interface DeviceSignIn {
  deviceCode: string;
  /** What a person types. */
  userCode: string;
  clientId: string;
  /** The authority's segment of the path. */
  segment: string;
  scope: string;
  /** Milliseconds. */
  issuedAt: number;
  /** Of the last poll. */
  polledAt?: number;
  /** Seconds to leave between two polls. */
  interval: number;
  /** What the person decided; undefined while nobody has. */
  decision?: "declined" | DeviceGrant;
  redeemed?: true;
}

/** Digits and letters that look like no other. */
const ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

function userCode(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(9));
  return [...bytes].map((byte) => ALPHABET[byte % ALPHABET.length]).join("");
}

/** The device codes that were asked for. They do not outlive the process. */
export class DeviceCodes {
  #all: DeviceSignIn[] = [];

  issue(
    asked: Pick<DeviceSignIn, "clientId" | "segment" | "scope" | "issuedAt" | "interval">,
  ): DeviceSignIn {
    this.#all = this.#all.filter(
      (each) => asked.issuedAt < each.issuedAt + 2 * DEVICE_CODE_LIFETIME_S * 1000,
    );
    const random = crypto.getRandomValues(new Uint8Array(64));
    const deviceCode = btoa(String.fromCharCode(...random))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replaceAll("=", "");
    const made = { ...asked, deviceCode, userCode: userCode() };
    this.#all.push(made);
    return made;
  }

  byDeviceCode(code: string): DeviceSignIn | undefined {
    return this.#all.find(({ deviceCode }) => deviceCode === code);
  }

  /** However a person writes it. */
  byUserCode(text: string): DeviceSignIn | undefined {
    const wanted = text.replaceAll(/[\s-]/g, "").toUpperCase();
    return this.#all.find((each) => each.userCode === wanted);
  }

  clear(): void {
    this.#all = [];
  }
}

export const isOver = ({ issuedAt }: DeviceSignIn, now: number): boolean =>
  now >= issuedAt + DEVICE_CODE_LIFETIME_S * 1000;
