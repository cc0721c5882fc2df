// How many tokens a request may use, before anybody knows.

// A token of English is about four bytes. A third errs on the side of too many, and what was too many is given back.
const BYTES_PER_TOKEN = 3;

const CAPS = ["max_tokens", "max_completion_tokens", "max_output_tokens", "max_gen_len", "max_tokens_to_sample", "maxTokens"];
const IMAGES = new Set(["image", "image_url", "input_image", "file", "input_file", "document", "input_audio"]);

// { input, output, capped }: `output` is what the request itself allows, undefined if it does not say.
export function estimate(body, { images }) {
  if (body === null) return { input: 0, output: 0 };
  const input = Math.ceil(bytesIn(body, images) / BYTES_PER_TOKEN);
  return { input, output: capOf(body) };
}

// Bytes of every string and name, except for images and files, which count a flat number of tokens each.
function bytesIn(value, images) {
  if (typeof value === "string") {
    return value.startsWith("data:") ? images * BYTES_PER_TOKEN : Buffer.byteLength(value);
  }
  if (Array.isArray(value)) {
    // Prompts and embeddings may come as token numbers: each is one.
    return value.reduce((sum, each) => sum + (typeof each === "number" ? BYTES_PER_TOKEN : bytesIn(each, images)), 0);
  }
  if (value === null || typeof value !== "object") return 0;
  if (IMAGES.has(value.type) || value.source?.bytes !== undefined) return images * BYTES_PER_TOKEN;
  return Object.entries(value).reduce((sum, [name, each]) => sum + Buffer.byteLength(name) + bytesIn(each, images), 0);
}

// The highest of the caps that the request names, for as many answers as it wants.
function capOf(body) {
  const named = [
    ...CAPS.map((name) => body[name]),
    body.inferenceConfig?.maxTokens,
    body.textGenerationConfig?.maxTokenCount,
  ].filter((cap) => Number.isSafeInteger(cap) && cap > 0);
  if (!named.length) return undefined;
  return Math.max(...named) * answers(body);
}

export function answers({ n, best_of: bestOf }) {
  return Math.max(1, ...[n, bestOf].filter((count) => Number.isSafeInteger(count) && count > 0));
}

// Tokens as the limits count them, { input, cached_input, cache_write, output } each with its weight, rounded up.
export function weighed(usage, weights) {
  const thousandths = Object.entries(weights).reduce(
    (sum, [kind, weight]) => sum + Math.round(weight * 1000) * (usage[kind] ?? 0),
    0,
  );
  return Math.ceil(thousandths / 1000);
}
