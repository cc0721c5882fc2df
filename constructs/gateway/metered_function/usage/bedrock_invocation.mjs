// The usage that Bedrock itself reports for InvokeModel: in headers of a whole response, or in the last chunk of a
// stream. We found no AWS document for the headers; langchain-aws reads them (x-amzn-bedrock-input-token-count), read
// 2026-11. Without them, the response's own usage counts, or the reservation stays.

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
