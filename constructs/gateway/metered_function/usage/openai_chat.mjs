// OpenAI's chat completions, completions and embeddings, also from vLLM, TGI, Ollama, LiteLLM and Bedrock.
// https://platform.openai.com/docs/api-reference/chat/object, usage: prompt_tokens includes the cached tokens,
// and from GPT-5.6 those that were written to the cache: https://developers.openai.com/api/docs/guides/prompt-caching,
// read 2026-11.

import { count } from "./count.mjs";

export function usageIn({ usage }) {
  if (usage?.prompt_tokens === undefined) return undefined;
  const cached = count(usage.prompt_tokens_details?.cached_tokens);
  const written = count(usage.prompt_tokens_details?.cache_write_tokens);
  return {
    input: Math.max(0, count(usage.prompt_tokens) - cached - written),
    cached_input: cached,
    cache_write: written,
    output: count(usage.completion_tokens),
  };
}
