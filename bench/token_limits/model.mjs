// The model behind everything that is compared: OpenAI's chat completions, after a short while, whole or as a stream.
// A model's name says what it does: `answers-80` writes 80 tokens, `silent-80` does not say so when it streams.

import http from "node:http";

const PROMPT_TOKENS = 20;
const MILLISECONDS = 30;
const CHUNKS = 4;

const server = http.createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  // The proxy asks for a list of models when it starts.
  if (request.method !== "POST") return response.writeHead(404).end();
  const asked = JSON.parse(Buffer.concat(chunks));
  const [kind, length] = asked.model.split("-");
  const cap = asked.max_tokens ?? asked.max_completion_tokens ?? Infinity;
  const written = Math.min(Number(length), cap);
  const usage = { prompt_tokens: PROMPT_TOKENS, completion_tokens: written, total_tokens: PROMPT_TOKENS + written };
  const about = { id: "chatcmpl-1", created: 0, model: asked.model };
  // One token each, for who counts them.
  const words = (count) => " word".repeat(count);
  await new Promise((resolve) => setTimeout(resolve, MILLISECONDS));
  if (!asked.stream) {
    const choice = { index: 0, message: { role: "assistant", content: words(written) }, finish_reason: "stop" };
    const body = JSON.stringify({ ...about, object: "chat.completion", choices: [choice], usage });
    response.writeHead(200, { "content-type": "application/json" }).end(body);
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  const event = (fields) => response.write(`data: ${JSON.stringify({ ...about, object: "chat.completion.chunk", ...fields })}\n\n`);
  for (let chunk = 0; chunk < CHUNKS; chunk++) {
    const content = words(Math.floor((written * (chunk + 1)) / CHUNKS) - Math.floor((written * chunk) / CHUNKS));
    event({ choices: [{ index: 0, delta: { role: "assistant", content }, finish_reason: null }] });
  }
  event({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
  if (asked.stream_options?.include_usage && kind !== "silent") event({ choices: [], usage });
  response.end("data: [DONE]\n\n");
});
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` })));
