// What Bedrock itself says of an InvokeModel: in headers of a whole answer, in the last chunk of a stream.
// The headers have no document of AWS's that we found; langchain-aws reads them (x-amzn-bedrock-input-token-count), read
// 2026-11. Where they are missing, the answer's own usage counts, or the reservation stays.

import { count, given } from "./count.mjs";

export function usageIn(document) {
  const metrics = document["amazon-bedrock-invocationMetrics"];
  if (metrics?.inputTokenCount === undefined) return undefined;
  return given({
    input: metrics.inputTokenCount,
    cached_input: metrics.cacheReadInputTokenCount,
    cache_write: metrics.cacheWriteInputTokenCount,
    output: metrics.outputTokenCount,
    incomplete: false,
  });
}

export function usageInHeaders(headers) {
  const prefix = "x-amzn-bedrock-";
  if (headers[`${prefix}input-token-count`] === undefined) return undefined;
  const number = (name) => count(Number(headers[`${prefix}${name}-token-count`]));
  return {
    input: number("input"),
    cached_input: number("cache-read-input"),
    cache_write: number("cache-write-input"),
    output: number("output"),
  };
}
