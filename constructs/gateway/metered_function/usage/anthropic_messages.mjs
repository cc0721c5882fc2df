// Anthropic's messages: whole, or in two events of a stream, whose numbers are running totals and must not be added.
// https://docs.anthropic.com/en/api/messages, usage: input_tokens contains neither cache reads nor cache writes.

import { count, given } from "./count.mjs";

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
    input: whole(usage, "input_tokens"),
    cached_input: whole(usage, "cache_read_input_tokens"),
    cache_write: whole(usage, "cache_creation_input_tokens"),
    output: whole(usage, "output_tokens"),
  });
}

// A compaction, and the model of an advisor tool, are not in the numbers themselves, only in the list of iterations, with
// everything else: https://platform.claude.com/docs/en/build-with-claude/compaction-threshold, and anthropic-sdk-python,
// types/beta/beta_message_delta_usage.py, both read 2026-11.
function whole({ iterations, ...usage }, name) {
  if (!Array.isArray(iterations) || !iterations.length) return usage[name];
  return Math.max(count(usage[name]), iterations.reduce((sum, each) => sum + count(each?.[name]), 0));
}
