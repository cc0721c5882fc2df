// Bedrock's Converse: whole, or in the last event of a stream.
// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html: inputTokens without those of the
// cache.

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
