// Bedrock's Converse: whole, or in the stream's last event.
// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html: inputTokens without the cache's.

import { given } from "./count.mjs";

export function usageIn(document) {
  const usage = document.metadata?.usage ?? document.usage;
  if (usage?.inputTokens === undefined) return undefined;
  return given({
    input: usage.inputTokens,
    cached_input: usage.cacheReadInputTokens,
    cache_write: usage.cacheWriteInputTokens,
    output: usage.outputTokens,
  });
}
