// Anthropic's messages: whole, or in two events of a stream, whose numbers are running totals and must not be added.
// https://docs.anthropic.com/en/api/messages, usage: input_tokens contains neither cache reads nor cache writes.

import { given } from "./count.mjs";

export function usageIn(document) {
  if (document.object === "response") return undefined;
  // The first event has the input, and only a placeholder for the output.
  if (document.type === "message_start") return { ...fields(document.message?.usage), incomplete: true };
  if (document.usage?.prompt_tokens !== undefined) return undefined;
  const found = fields(document.usage);
  return found && { ...found, incomplete: false };
}

function fields(usage) {
  if (usage?.input_tokens === undefined && usage?.output_tokens === undefined) return undefined;
  return given({
    input: usage.input_tokens,
    cached_input: usage.cache_read_input_tokens,
    cache_write: usage.cache_creation_input_tokens,
    output: usage.output_tokens,
  });
}
