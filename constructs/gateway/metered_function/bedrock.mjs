// A Bedrock model: the request's body goes to InvokeModel unchanged, and the response to the caller unchanged.

import {
  BedrockRuntimeClient,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from "@aws-sdk/client-bedrock-runtime";

import { failureOf } from "./bedrock_failure.mjs";
import { unlessAborted, untilAborted } from "./deadline.mjs";
import { usageInHeaders } from "./usage/bedrock_invocation.mjs";

// No retries here: the caller backs off after the 429, and a retry would use up the integration's timeout.
let client;
const bedrock = () => (client ??= new BedrockRuntimeClient({ maxAttempts: 1 }));

export async function call(backend, request, { signal, streams }) {
  const input = { modelId: backend.model_id, contentType: "application/json", accept: "application/json", body: request.bytes };
  const command = streams ? new InvokeModelWithResponseStreamCommand(input) : new InvokeModelCommand(input);
  const said = {};
  // The SDK does not return the response's headers. A middleware can read them.
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
    throw failureOf(error);
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
    throw failureOf(error);
  }
}
