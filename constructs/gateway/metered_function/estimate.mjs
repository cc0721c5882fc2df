// How many tokens a request may use, before anybody knows.

// A token of English is about four bytes. A third errs on the side of too many, and what was too many is given back.
const BYTES_PER_TOKEN = 3;

const CAPS = ["max_tokens", "max_completion_tokens", "max_output_tokens", "max_gen_len", "max_tokens_to_sample", "maxTokens"];

// How a path ends -> the caps that this API reads. Another API's cap in the request may be ignored, and lowers nothing:
// https://platform.openai.com/docs/api-reference, https://docs.anthropic.com/en/api/messages, read 2026-11.
const CAPS_OF_PATHS = [
  ["/completions", ["max_tokens", "max_completion_tokens"]],
  ["/responses", ["max_output_tokens"]],
  ["/messages", ["max_tokens"]],
];

// Ollama's own API has its cap among the options: https://github.com/ollama/ollama/blob/main/docs/api.md, read 2026-11.
const OLLAMA = /\/api\/(chat|generate)$/;

const IMAGES = new Set(
  ["image", "image_url", "input_image", "file", "input_file", "document", "input_audio", "audio", "audio_url"].concat(
    ["video", "video_url", "input_video"],
  ),
);

// Context that OpenAI keeps for a response, and charges as its input:
// https://platform.openai.com/docs/guides/conversation-state, read 2026-11. Nothing tells how long it is.
const KEPT = ["previous_response_id", "conversation"];

// Where such a part has the image or file itself, or its address. The rest of it may be read as text.
const MEDIA = /(^|_)(url|uri|data|bytes|images?|id)$/i;

// What is text, and where a request describes what the model may call or answer: what looks like an image there is none.
const DESCRIBED = ["tools", "toolConfig", "functions", "response_format", "guided_json", "text"];

// { input, output, otherwise, answers, holds }: `output` is what the request itself allows, undefined if it does not
// say. Then `otherwise` is the highest cap that some other API would read, and `answers` how many the request wants.
// `holds`: the API of that path reads this cap.
export function estimate(body, { images, path = "" }) {
  if (body === null) return { input: 0, output: 0, holds: true };
  const kept = path.endsWith("/responses") ? KEPT.filter((name) => body[name]).length * images : 0;
  const input = Math.ceil(bytesIn(body, images) / BYTES_PER_TOKEN) + kept;
  const count = answers(body, path);
  const all = [...CAPS.map((name) => body[name]), body.inferenceConfig?.maxTokens, body.textGenerationConfig?.maxTokenCount];
  const own = ownCaps(body, path);
  const output = highest(own ?? all);
  return { input, output: output && output * count, otherwise: highest(all) ?? 0, answers: count, holds: own !== undefined };
}

function ownCaps(body, path) {
  if (OLLAMA.test(path)) return [body.options?.num_predict];
  const [, names] = CAPS_OF_PATHS.find(([end]) => path.endsWith(end)) ?? [];
  return names?.map((name) => body[name]);
}

// Bytes of every string and name, except for images and files, which count a flat number of tokens each.
function bytesIn(value, images, name = "") {
  if (typeof value === "string") {
    // Ollama has images as they are, in a list of this name.
    const isMedia = MEDIA.test(name) && (value.startsWith("data:") || (name === "images" && BASE64.test(value)));
    return images !== undefined && isMedia ? images * BYTES_PER_TOKEN : Buffer.byteLength(value);
  }
  if (Array.isArray(value)) {
    // Prompts and embeddings may come as token numbers: each is one.
    return value.reduce((sum, each) => sum + (typeof each === "number" ? BYTES_PER_TOKEN : bytesIn(each, images, name)), 0);
  }
  if (value === null || typeof value !== "object") return String(value).length;
  if (images !== undefined && (IMAGES.has(value.type) || FILE.some((place) => value.source?.[place] !== undefined))) {
    return images * BYTES_PER_TOKEN + textIn(value);
  }
  return Object.entries(value).reduce(
    (sum, [key, each]) => sum + Buffer.byteLength(key) + bytesIn(each, DESCRIBED.includes(key) ? undefined : images, key),
    0,
  );
}

// Amazon Nova's own format has the file, or where it is.
const FILE = ["bytes", "s3Location"];

const BASE64 = /^[A-Za-z0-9+/=_-]+$/;

// Bytes of the text in an image or file: a document may be text, and a server may read more of a part than its image.
function textIn(value, name = "", isText = false) {
  if (typeof value === "string") return MEDIA.test(name) && !isText ? 0 : Buffer.byteLength(value);
  if (value === null || typeof value !== "object") return 0;
  const entries = Array.isArray(value) ? value.map((each) => [name, each]) : Object.entries(value);
  return entries.reduce((sum, [key, each]) => sum + (SHORT.has(key) ? 0 : textIn(each, key, value.type === "text")), 0);
}

// Words for the server, not for the model.
const SHORT = new Set(["type", "media_type", "format", "detail", "cache_control"]);

function highest(caps) {
  const named = caps.filter((cap) => Number.isSafeInteger(cap) && cap > 0);
  return named.length ? Math.max(...named) : undefined;
}

// A completion is made for each prompt of a list; a prompt may itself be a list of token numbers.
function answers({ n, best_of: bestOf, prompt }, path) {
  // Servers in Python read "5" as 5.
  const numbers = [n, bestOf].map((count) => Number(String(count).replace(/[\s_]/g, "")));
  const each = Math.max(1, ...numbers.filter((count) => Number.isSafeInteger(count)));
  const isList = path.endsWith("/completions") && Array.isArray(prompt) && prompt.some((one) => typeof one !== "number");
  return isList ? each * prompt.length : each;
}

// Tokens as the limits count them, { input, cached_input, cache_write, output } each with its weight, rounded up.
export function weighed(usage, weights) {
  const thousandths = Object.entries(weights).reduce(
    (sum, [kind, weight]) => sum + Math.round(weight * 1000) * (usage[kind] ?? 0),
    0,
  );
  return Math.ceil(thousandths / 1000);
}
