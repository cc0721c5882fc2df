// Ollama's own API: in the response, or in the last line of a stream.
// https://github.com/ollama/ollama/blob/main/docs/api.md: prompt_eval_count is left out for a cached prompt.

import { count } from "./count.mjs";

export function usageIn({ done, prompt_eval_count: input, eval_count: output }) {
  if (done !== true || (input === undefined && output === undefined)) return undefined;
  return { input: count(input), cached_input: 0, cache_write: 0, output: count(output) };
}
