// A Bedrock model: the request's body goes to InvokeModel as it came, and so does the answer come back.

import {
  BedrockRuntimeClient,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from "@aws-sdk/client-bedrock-runtime";

import { BackendFailed } from "./backend_failed.mjs";
import { LATE, UNREAD, unlessAborted, untilAborted } from "./deadline.mjs";
import { usageInHeaders } from "./usage/bedrock_invocation.mjs";

// No retries here: the caller backs off by the 429, and a retry would spend the integration's timeout.
let client;
const bedrock = () => (client ??= new BedrockRuntimeClient({ maxAttempts: 1 }));

export async function call(backend, request, { signal, streams }) {
  const input = { modelId: backend.model_id, contentType: "application/json", accept: "application/json", body: request.bytes };
  const command = streams ? new InvokeModelWithResponseStreamCommand(input) : new InvokeModelCommand(input);
  const said = {};
  // The SDK keeps the answer's headers to itself, except for a middleware that reads the answer.
  command.middlewareStack?.add?.(
    (next) => async (args) => {
      const result = await next(args);
      Object.assign(said, result.response?.headers);
      return result;
    },
    { step: "deserialize", name: "headersOfTheAnswer", priority: "low" },
  );
  let answer;
  try {
    answer = await unlessAborted(signal, bedrock().send(command, { abortSignal: signal }));
  } catch (error) {
    throw failure(error);
  }
  if (streams) return { status: 200, headers: { "content-type": "text/event-stream" }, body: serverSentEvents(answer.body, signal) };
  const body = Buffer.from(answer.body);
  return { status: 200, headers: { "content-type": "application/json" }, body: [body], usage: usageInHeaders(said) };
}

// One event for each chunk of the model.
async function* serverSentEvents(chunks, signal) {
  try {
    for await (const part of untilAborted(signal, chunks)) {
      if (part.chunk?.bytes) yield Buffer.concat([Buffer.from("data: "), Buffer.from(part.chunk.bytes), Buffer.from("\n\n")]);
    }
  } catch (error) {
    throw failure(error);
  }
}

// Errors inside a stream have a name and no status: BedrockRuntime's ResponseStream,
// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ResponseStream.html, read 2026-11. The account's
// own quota is a 400 to Bedrock, a model that is being loaded a 429; both are limits to the caller.
const LIMITED = ["ThrottlingException", "ServiceQuotaExceededException", "ModelNotReadyException"];
const TIMED_OUT = ["ModelTimeoutException", "TimeoutError", "AbortError"];

// A ValidationException is the caller's fault, unless it speaks of the model that this function was given: a wrong id,
// one that ended, or one that only an inference profile may call.
const OUR_MODEL = /model identifier|model id\b|end of (its )?life|on-demand throughput|inference profile/i;

function failure(error) {
  if (error === LATE || error === UNREAD) return error;
  return new BackendFailed(error, { reached: error.$metadata?.httpStatusCode === undefined, status: toldAs(error) });
}

function toldAs(error) {
  const status = error.$metadata?.httpStatusCode;
  // An event of a stream that the SDK does not know is named as it came: `throttlingException`.
  const name = String(error.name).replace(/^./, (first) => first.toUpperCase());
  if (status === 429 || LIMITED.includes(name)) return 429;
  if (TIMED_OUT.includes(name)) return 504;
  return (status === 400 || name === "ValidationException") && !OUR_MODEL.test(error.message) ? 400 : 502;
}
