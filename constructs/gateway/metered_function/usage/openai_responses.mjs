// OpenAI's responses: whole, or in the event that ends the stream, even if that reports a failure or an early end.
// https://platform.openai.com/docs/api-reference/responses/object, usage: input_tokens includes the cached tokens,
// and from GPT-5.6 those that were written to the cache: https://developers.openai.com/api/docs/guides/prompt-caching,
// read 2026-11.

import { count } from "./count.mjs";

export function usageIn(document) {
  const usage = document.response?.usage ?? (document.object === "response" ? document.usage : undefined);
  if (usage?.input_tokens === undefined) return undefined;
  const cached = count(usage.input_tokens_details?.cached_tokens);
  const written = count(usage.input_tokens_details?.cache_write_tokens);
  return {
    input: Math.max(0, count(usage.input_tokens) - cached - written),
    cached_input: cached,
    cache_write: written,
    output: count(usage.output_tokens),
  };
}
