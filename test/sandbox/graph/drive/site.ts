import type { Owner } from "../owner.ts";

/** Where a person's files lie on the web. */
export const siteOf = ({ personal, user }: Owner): URL =>
  new URL(
    personal
      ? "https://onedrive.live.com"
      : `https://contoso-my.sharepoint.com/personal/${user.upn.replaceAll(/[@.]/g, "_")}/Documents`,
  );
