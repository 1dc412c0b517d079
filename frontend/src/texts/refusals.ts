// Translations of the API's English messages. This file goes as soon as the API answers in the reader's language.

import { t } from ".";

interface ApiMessage {
  Code?: string;
  Message?: string;
  Field?: string;
}

/** By code and field ("BadInput.email"), or by code; otherwise as the API says it. */
export function translateRefusal({ Code = "", Message, Field = "" }: ApiMessage): string | undefined {
  const [field] = Field.split(/[.[]/);
  return t.refusals[`${Code}.${field}`] ?? t.refusals[Code] ?? Message;
}

/** A message that has no code. */
export const translateMessage = (message: string): string => t.messages[message] ?? message;
