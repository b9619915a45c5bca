import { project } from "../odata/select.ts";
import type { Relations } from "../odata/related.ts";
import type { EntitySchema } from "../odata/schema.ts";
import { expandedSelect } from "../query.ts";
import type { Attachment, StoredMessage } from "./message.ts";
import { itemId } from "./outlook-id.ts";

export const attachmentSchema: EntitySchema = {
  name: "microsoft.graph.attachment",
  properties: {
    id: "string",
    lastModifiedDateTime: "dateTime",
    name: "string",
    contentType: "string",
    size: "number",
    isInline: "boolean",
    contentId: "string",
    contentLocation: "string",
    contentBytes: "string",
  },
};

/** An attachment as Graph writes it; `project` reads it by name, so it is a type. */
export type AttachmentView = {
  "@odata.type": "#microsoft.graph.fileAttachment";
  "@odata.mediaContentType": string;
  id: string;
  lastModifiedDateTime: string;
  name: string;
  contentType: string;
  size: number;
  isInline: boolean;
  contentId: null;
  contentLocation: null;
  contentBytes: string;
};

export function viewAttachment(
  mailbox: string,
  message: StoredMessage,
  file: Attachment,
): AttachmentView {
  return {
    "@odata.type": "#microsoft.graph.fileAttachment",
    "@odata.mediaContentType": file.contentType,
    id: itemId(mailbox, file.key, false),
    lastModifiedDateTime: message.lastModifiedDateTime,
    name: file.name,
    contentType: file.contentType,
    size: Buffer.from(file.contentBytes, "base64").length,
    isInline: file.isInline,
    contentId: null,
    contentLocation: null,
    contentBytes: file.contentBytes,
  };
}

/** What $expand brings with a message of a mailbox. */
export const messageRelations = (mailbox: string): Relations<StoredMessage> => ({
  attachments: (message, expansion) => {
    const select = expandedSelect(expansion, attachmentSchema);
    return message.attachments.map((file) =>
      project(viewAttachment(mailbox, message, file), select, ["id"]),
    );
  },
});
