// OpenAI's chat completions, completions and embeddings, also from vLLM, TGI, Ollama, LiteLLM and Bedrock.
// https://platform.openai.com/docs/api-reference/chat/object, usage: prompt_tokens includes the cached tokens.

import { count } from "./count.mjs";

export function usageIn({ usage }) {
  if (usage?.prompt_tokens === undefined) return undefined;
  const cached = count(usage.prompt_tokens_details?.cached_tokens);
  return {
    input: Math.max(0, count(usage.prompt_tokens) - cached),
    cached_input: cached,
    cache_write: 0,
    output: count(usage.completion_tokens),
  };
}
