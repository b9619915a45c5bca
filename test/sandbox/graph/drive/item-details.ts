import * as z from "zod";

const time = z.iso.datetime({ offset: true }).optional();

/** What may be said of an item besides its name and place, as properties of a body. */
export const itemDetails = {
  description: z.string().nullish(),
  fileSystemInfo: z
    .object({ createdDateTime: time, lastModifiedDateTime: time, lastAccessedDateTime: time })
    .transform(({ createdDateTime, lastModifiedDateTime }) => ({
      createdDateTime,
      lastModifiedDateTime,
    }))
    .optional(),
};
