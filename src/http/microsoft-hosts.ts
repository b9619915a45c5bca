/** Microsoft's hosts that no cloud's table of endpoints (`src/entra/cloud.ts`) holds. */

/** Where Microsoft keeps files, in all clouds; OneDrive for people lives under several names. */
export const storageDomains = [
  "sharepoint.com",
  "sharepoint.us",
  "sharepoint-mil.us",
  "sharepoint.cn",
  "sharepoint-df.com",
  "svc.ms",
  "onedrive.com",
  "1drv.com",
  "livefilestore.com",
  "microsoftpersonalcontent.com",
] as const;
