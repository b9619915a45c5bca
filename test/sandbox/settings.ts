import * as z from "zod";
import type { Settings, SettingsInput } from "./public-types.ts";

export const defaultSettings: Readonly<Settings> = {
  // What Entra hands out where no policy says otherwise, to the odd second.
  access_token_lifetime_s: 3599,
  refresh_in_s: null,
  page_size: null,
  cae: false,
  clock_offset_s: 0,
  app_signing_key: false,
  secrets: true,
  mailbox_latency_ms: null,
  roles_delay_s: 0,
  device_code_interval_s: 5,
  group_membership_claims: "DirectoryRole",
  chaos: null,
  chaos_share: 0.1,
  notification_timeout_ms: 10_000,
  notification_retry_s: 10,
  endpoint_state: null,
  hold_notifications: false,
  validate_on_renewal: false,
  duplicate_subscriptions: false,
  subscription_quota: null,
  outlook_subscription_min: 10_080,
};

/** What `PATCH /_sandbox/settings` may say; every field is optional, unknown ones are refused. */
export const settingsPatch = z.strictObject({
  access_token_lifetime_s: z.number().int().min(1).max(604_800).optional(),
  refresh_in_s: z.number().int().min(0).nullable().optional(),
  page_size: z.number().int().min(1).max(1000).nullable().optional(),
  cae: z.boolean().optional(),
  clock_offset_s: z.number().optional(),
  app_signing_key: z.boolean().optional(),
  secrets: z.boolean().optional(),
  mailbox_latency_ms: z.number().min(0).max(60_000).nullable().optional(),
  roles_delay_s: z.number().min(0).max(86_400).optional(),
  device_code_interval_s: z.number().min(0).max(60).optional(),
  group_membership_claims: z.literal("DirectoryRole").nullable().optional(),
  chaos: z
    .union([z.string().min(1), z.number()])
    .transform(String)
    .nullable()
    .optional(),
  chaos_share: z.number().min(0).max(1).optional(),
  notification_timeout_ms: z.number().int().min(1).max(60_000).optional(),
  notification_retry_s: z.number().min(0.001).max(14_400).optional(),
  endpoint_state: z.enum(["ready", "slow", "drop"]).nullable().optional(),
  hold_notifications: z.boolean().optional(),
  validate_on_renewal: z.boolean().optional(),
  duplicate_subscriptions: z.boolean().optional(),
  subscription_quota: z.number().int().min(0).nullable().optional(),
  outlook_subscription_min: z.number().int().min(45).max(43_200).optional(),
});

export type SettingsPatch = z.output<typeof settingsPatch>;
export type { SettingsInput };

export function applySettings(settings: Settings, patch: SettingsPatch): void {
  for (const [name, value] of Object.entries(patch)) {
    if (value !== undefined) Object.assign(settings, { [name]: value });
  }
}

const longLifetime = 86_400;
const longLived = 7_200;

/**
 * How long an access token lives and when its client is told to renew it, in seconds. A lifetime
 * set by hand wins; otherwise a claims-capable token lives a day while `cae` is on. Entra sends
 * `refresh_in`, half the lifetime, with long-lived tokens only.
 */
export function lifetimeOf(
  settings: Readonly<Settings>,
  claimsCapable: boolean,
): { expiresIn: number; refreshIn: number | undefined } {
  const untouched = settings.access_token_lifetime_s === defaultSettings.access_token_lifetime_s;
  const expiresIn =
    settings.cae && claimsCapable && untouched ? longLifetime : settings.access_token_lifetime_s;
  const half = expiresIn >= longLived ? Math.floor(expiresIn / 2) : undefined;
  return { expiresIn, refreshIn: settings.refresh_in_s ?? half };
}
