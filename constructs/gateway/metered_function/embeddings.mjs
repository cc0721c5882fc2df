// OpenAI's embeddings for a Bedrock model. Bedrock has no such API, so this uses InvokeModel in the model's own format.
//
// https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html,
// .../model-parameters-embed-v3.html, .../model-parameters-embed-v4.html, all read 2026-11.

import { BackendFailed } from "./backend_failed.mjs";
import { errorOf, failureOf } from "./bedrock_failure.mjs";
import { jsonIn } from "./request.mjs";

// OpenAI's own maximum: https://platform.openai.com/docs/api-reference/embeddings/create.
const MOST_TEXTS = 2048;
const AT_ONCE = 8;

// The beginning of a model's id, after the geography of a profile; how the model is called; and what it answers.
const MODELS = [
  {
    begins: "amazon.titan-embed-text-v2",
    texts: 1,
    sized: true,
    asked: ([inputText], { dimensions }) => ({ inputText, ...(dimensions === undefined ? {} : { dimensions }) }),
    vectors: ({ embedding }) => [embedding],
    tokens: ({ inputTextTokenCount }) => inputTextTokenCount,
  },
  {
    begins: "amazon.titan-embed-text-v1",
    texts: 1,
    asked: ([inputText]) => ({ inputText }),
    vectors: ({ embedding }) => [embedding],
    tokens: ({ inputTextTokenCount }) => inputTextTokenCount,
  },
  { begins: "cohere.embed-v4", ...cohere(), sized: true },
  { begins: "cohere.embed-", ...cohere() },
];

function cohere() {
  return {
    texts: 96,
    asked: (texts, { dimensions, input_type: type = "search_document" }) => ({
      texts,
      input_type: type,
      embedding_types: ["float"],
      ...(dimensions === undefined ? {} : { output_dimension: dimensions }),
    }),
    vectors: ({ embeddings }) => embeddings.float ?? embeddings,
    tokens: (_, said) => Number(said["x-amzn-bedrock-input-token-count"]),
  };
}

// { status, headers, body }. `post` sends signed bytes to a path of Bedrock.
export async function embed({ body }, post) {
  const { model, input, encoding_format: format = "float", dimensions } = body;
  const kind = MODELS.find(({ begins }) => model.replace(/^[a-z-]+\.(?=amazon\.|cohere\.)/, "").startsWith(begins));
  if (kind === undefined) throw refused(`${model} makes no embeddings here; models of Titan Text Embeddings and Cohere Embed do.`);
  if (dimensions !== undefined && !kind.sized) throw refused(`${model} has no choice of dimensions.`);
  if (!["float", "base64"].includes(format)) throw refused('encoding_format must be "float" or "base64".');
  const texts = [input].flat();
  if (!texts.length || texts.length > MOST_TEXTS || !texts.every((text) => typeof text === "string" && text)) {
    throw refused(`input must be a text or up to ${MOST_TEXTS} texts; this API takes no token numbers.`);
  }
  const parts = [];
  for (let at = 0; at < texts.length; at += kind.texts) parts.push(texts.slice(at, at + kind.texts));
  const answers = await all(parts, async (part) => {
    const bytes = Buffer.from(JSON.stringify(kind.asked(part, body)));
    return whole(await post(`/model/${encodeURIComponent(model)}/invoke`, bytes));
  });
  const vectors = answers.flatMap(({ document }) => kind.vectors(document));
  const tokens = answers.reduce((sum, { document, said }) => sum + kind.tokens(document, said), 0);
  const made = {
    object: "list",
    data: vectors.map((vector, index) => ({ object: "embedding", index, embedding: format === "base64" ? base64(vector) : vector })),
    model,
    // If the number is unknown, none is invented. The reservation then counts.
    usage: Number.isSafeInteger(tokens) ? { prompt_tokens: tokens, total_tokens: tokens } : null,
  };
  return { status: 200, headers: { "content-type": "application/json" }, body: [Buffer.from(JSON.stringify(made))] };
}

// The results of `act` in order, a few at a time. If one fails, Bedrock still charges for those that succeeded before.
async function all(parts, act) {
  const given = new Array(parts.length);
  let next = 0;
  let done = 0;
  const work = async () => {
    while (next < parts.length) {
      const index = next++;
      given[index] = await act(parts[index]);
      done++;
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } catch (error) {
    next = parts.length;
    if (!done || !(error instanceof BackendFailed)) throw error;
    throw new BackendFailed(error.cause ?? error, { reached: true, status: error.status });
  }
  return given;
}

async function whole(answer) {
  const chunks = [];
  for await (const chunk of answer.body) chunks.push(chunk);
  const document = jsonIn(Buffer.concat(chunks));
  if (answer.status === 200 && document) return { document, said: answer.said };
  throw failureOf(errorOf(answer, document?.message ?? `Bedrock answered ${answer.status}.`));
}

// The default of OpenAI's clients: 32 bits for each number, the lowest byte first.
const base64 = (vector) => Buffer.from(new Float32Array(vector).buffer).toString("base64");

const refused = (message) => new BackendFailed(new Error(message), { reached: false, status: 400 });
