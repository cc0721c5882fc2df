// What a request used, read from its answer as it passes.

import * as anthropic from "./anthropic_messages.mjs";
import * as converse from "./bedrock_converse.mjs";
import * as invocation from "./bedrock_invocation.mjs";
import * as ollama from "./ollama.mjs";
import * as chat from "./openai_chat.mjs";
import * as responses from "./openai_responses.mjs";

// By shape and not by path: a path is the caller's, and many servers speak several dialects.
const DIALECTS = [invocation, converse, responses, chat, anthropic, ollama];

// Where an event of a stream has what the model has just said.
const SAID = new Set(
  ["arguments", "content", "delta", "generation", "outputText", "partial_json", "reasoning", "reasoning_content"].concat(
    ["refusal", "response", "text", "thinking"],
  ),
);

export class UsageReader {
  // { input, cached_input, cache_write, output }, undefined as long as nothing was said.
  usage;
  // Only a part of it is known: a stream that began and did not end.
  incomplete = false;

  // Bytes of the text that passed, for an answer that ends before it says its usage.
  said = 0;

  // Looks at one JSON document: the answer, or the data of one event. Later ones overwrite what they say.
  see(document) {
    if (document === null || typeof document !== "object") return;
    // Other events repeat the text.
    if (typeof document.type !== "string" || document.type.includes("delta")) this.said += saidIn(document);
    for (const { usageIn } of DIALECTS) {
      const found = usageIn(document);
      if (found === undefined) continue;
      const { incomplete = false, ...usage } = found;
      // No request uses nothing: a server that says so did not count.
      if (Object.values(usage).every((tokens) => tokens === 0)) return;
      this.usage = { input: 0, cached_input: 0, cache_write: 0, output: 0, ...this.usage, ...usage };
      this.incomplete = incomplete;
      // Bedrock's own count beside the model's: the first dialect that fits is the one that is billed.
      return;
    }
  }
}

function saidIn(value, name = "") {
  if (typeof value === "string") return SAID.has(name) ? Buffer.byteLength(value) : 0;
  if (value === null || typeof value !== "object") return 0;
  const entries = Array.isArray(value) ? value.map((each) => [name, each]) : Object.entries(value);
  return entries.reduce((sum, [key, each]) => sum + saidIn(each, key), 0);
}
