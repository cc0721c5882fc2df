// Bedrock in OpenAI's and Anthropic's own formats: the request is passed on with a signature of this function's role,
// and the response is passed back unchanged.
//
// The paths: https://docs.aws.amazon.com/bedrock/latest/userguide/inference-chat-completions.html,
// .../inference-responses-api.html, .../inference-messages-api.html. These pages, and the OpenAI SDK's own
// providers/bedrock, document that the paths accept a signature for the service `bedrock` as well as an API key. All
// read 2026-11.

import { quoted } from "./answers.mjs";
import { BackendFailed } from "./backend_failed.mjs";
import { errorOf, failureOf, toldAs } from "./bedrock_failure.mjs";
import { embed } from "./embeddings.mjs";
import { send } from "./proxy.mjs";
import { jsonIn, written } from "./request.mjs";
import { signed } from "./sign.mjs";

// The end of a path here, and the path at Bedrock. null: Bedrock has none, and this function translates.
const PATHS = {
  openai: {
    "/chat/completions": "/openai/v1/chat/completions",
    "/responses": "/openai/v1/responses",
    "/embeddings": null,
  },
  anthropic: { "/messages": "/anthropic/v1/messages" },
};

// The first version of the Messages API, and the only one so far: https://docs.anthropic.com/en/api/versioning.
const ANTHROPIC_VERSION = "2023-06-01";

// The content type, and the headers that identify a request.
const PASSED = ["content-type", "request-id", "x-request-id", "x-amzn-requestid"];

const LARGEST_ERROR = 64 * 1024;

// Bedrock sends it with status 200 if it does not know the path, for instance in a Region that does not have it:
// https://github.com/aws-samples/sample-per-model-bedrock, 00-foundations/01, read 2026-11.
const UNKNOWN_PATH = "UnknownOperationException";
const LARGEST_UNKNOWN_PATH = 1024;

// The refusal of a request for something that this route does not have. undefined: there is nothing to refuse.
export function refusalOf(request, backend, answers) {
  const { api } = operationOf(request, backend) ?? {};
  if (api === undefined) {
    return answers.notFound(`There is no ${request.method} ${request.path} here.`, { api: backend.apis[0], code: "unknown_url" });
  }
  const { body } = request;
  if (body === null || typeof body !== "object" || Array.isArray(body)) {
    return answers.badRequest("The body must be a JSON object.");
  }
  const names = backend.models.join(", ");
  if (typeof body.model !== "string") return answers.badRequest(`The body must name a model: ${names}.`);
  if (backend.models.includes(body.model)) return undefined;
  return answers.notFound(`There is no model ${quoted(body.model)} here; there are: ${names}.`, { api, code: "model_not_found" });
}

export async function call(backend, request, { signal }) {
  const { api, path } = operationOf(request, backend);
  const post = (to, bytes, more = {}) => posted(to, bytes, more, { signal });
  if (path === null) return embed(request, post);
  const answer = await post(path, plain(request), api === "anthropic" ? anthropicHeaders(request) : {});
  if (answer.status < 400) return answer;
  return refused(answer, request);
}

// The end of a path, whatever the stage or the domain has in front of it.
function operationOf({ path }, { apis }) {
  for (const api of apis) {
    for (const [end, to] of Object.entries(PATHS[api])) {
      if (path.endsWith(end)) return { api, path: to };
    }
  }
  return undefined;
}

// The body as this function has parsed it, so that Bedrock reads the same: parsers differ if a name appears twice.
function plain({ bytes }) {
  try {
    return written(bytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new BackendFailed(new Error("The body is nested too deep."), { reached: false, status: 400 });
  }
}

function anthropicHeaders({ headers }) {
  const said = (name) => headers[name]?.join(",");
  const beta = said("anthropic-beta");
  return {
    "anthropic-version": said("anthropic-version") ?? ANTHROPIC_VERSION,
    ...(beta === undefined ? {} : { "anthropic-beta": beta }),
  };
}

// { status, headers, body } of Bedrock. The caller's own headers, and its key in them, are not passed on.
async function posted(path, bytes, more, { signal }) {
  const url = new URL(path, endpoint());
  const headers = { accept: "application/json", "content-type": "application/json", ...more };
  const own = signed({ method: "POST", url, headers, bytes }, { service: "bedrock", region: process.env.AWS_REGION, credentials: credentials() });
  // This function reads the usage in the response, so the response must not be compressed.
  const sent = { ...own, "accept-encoding": "identity", "content-length": bytes.length };
  const answer = await send({ method: "POST", url, headers: sent, bytes }, { signal });
  const passed = Object.fromEntries(PASSED.filter((name) => name in answer.headers).map((name) => [name, answer.headers[name]]));
  const result = { ...answer, said: answer.headers, headers: passed };
  if (answer.status !== 200 || /event-stream/.test(passed["content-type"] ?? "")) return result;
  return knownPath(result);
}

// The response, after a look at its first bytes.
async function knownPath(answer) {
  const first = [];
  let size = 0;
  const rest = answer.body[Symbol.asyncIterator]();
  while (size <= LARGEST_UNKNOWN_PATH) {
    const { done, value } = await rest.next();
    if (done) {
      const { Output: output } = jsonIn(Buffer.concat(first)) ?? {};
      if (!String(output?.__type).endsWith(UNKNOWN_PATH)) break;
      throw failureOf(errorOf({ status: 404 }, "This Region's Bedrock does not have this API."));
    }
    first.push(value);
    size += value.length;
  }
  const body = async function* () {
    yield* first;
    yield* { [Symbol.asyncIterator]: () => rest };
  };
  return { ...answer, body: body() };
}

// The caller sees those of Bedrock's refusals that are about the request, in Bedrock's words and in the API's own
// format.
async function refused(answer, request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of answer.body) {
    size += chunk.length;
    if (size > LARGEST_ERROR) break;
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  const document = jsonIn(bytes);
  const message = document?.error?.message ?? document?.message ?? document?.Message ?? `Bedrock answered ${answer.status}.`;
  const error = errorOf(answer, String(message));
  const callers = toldAs(error) === 400 || namesNothing(answer, request);
  if (!callers) throw failureOf(error);
  if (document?.error?.message !== undefined) return { ...answer, body: [bytes] };
  throw new BackendFailed(error, { reached: false, status: 400 });
}

// A 404 is about the model, which this file names, unless the request also names an earlier response.
const namesNothing = ({ status }, { body }) => status === 404 && body.previous_response_id !== undefined;

// https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html: how another endpoint is set for AWS's
// SDKs.
function endpoint() {
  const { AWS_REGION: region, AWS_ENDPOINT_URL_BEDROCK_RUNTIME: other } = process.env;
  return other || `https://bedrock-runtime.${region}.${region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com"}`;
}

// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html: the credentials of the function's role.
const credentials = () => ({
  accessKeyId: process.env.AWS_ACCESS_KEY_ID,
  secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY,
  sessionToken: process.env.AWS_SESSION_TOKEN,
});
