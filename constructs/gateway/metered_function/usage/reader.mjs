// What a request used, read from its response as it passes.

import * as anthropic from "./anthropic_messages.mjs";
import * as converse from "./bedrock_converse.mjs";
import * as invocation from "./bedrock_invocation.mjs";
import * as ollama from "./ollama.mjs";
import * as chat from "./openai_chat.mjs";
import * as responses from "./openai_responses.mjs";

// By format and not by path: the caller chooses the path, and many servers support several formats.
const DIALECTS = [invocation, converse, responses, chat, anthropic, ollama];

export class UsageReader {
  // { input, cached_input, cache_write, output }, undefined until something is reported.
  usage;
  // Only a part is known: a stream began and did not end.
  incomplete = false;

  // Reads one JSON document: the response, or the data of one event. Later values overwrite earlier ones.
  see(document) {
    if (document === null || typeof document !== "object") return;
    for (const { usageIn } of DIALECTS) {
      const found = usageIn(document);
      if (found === undefined) continue;
      const { incomplete = false, ...usage } = found;
      this.usage = { input: 0, cached_input: 0, cache_write: 0, output: 0, ...this.usage, ...usage };
      this.incomplete = incomplete;
      // Bedrock's own count comes before the model's: the first format that fits is the one that AWS bills.
      return;
    }
  }
}
