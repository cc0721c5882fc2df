// API Gateway to a Bedrock model: the request's body goes to InvokeModel as it came, and so does the answer come back.
// A model that is limited answers with the API's own 429, so that callers see one contract.

import {
  BedrockRuntimeClient,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from "@aws-sdk/client-bedrock-runtime";

// No retries here: the caller backs off by the 429, and a retry would spend the integration's timeout.
const bedrock = new BedrockRuntimeClient({ maxAttempts: 1 });

// "Name: value", one a line.
function headersIn(text) {
  const lines = (text ?? "").split("\n").filter(Boolean);
  return Object.fromEntries(lines.map((line) => line.split(/: (.*)/s, 2)));
}

const RESPONSE_HEADERS = headersIn(process.env.RESPONSE_HEADERS);
const RATE_LIMIT_HEADERS = headersIn(process.env.RATE_LIMIT_HEADERS);

function input(event) {
  const body = event.isBase64Encoded ? Buffer.from(event.body ?? "", "base64") : (event.body ?? "");
  return { modelId: process.env.MODEL_ID, contentType: "application/json", accept: "application/json", body };
}

function answer(statusCode, contentType, headers = RESPONSE_HEADERS) {
  return { statusCode, headers: { "Content-Type": contentType, ...headers } };
}

function failure(error) {
  const status = error.$metadata?.httpStatusCode ?? 500;
  // The account's own quota is a 400 to Bedrock, and a limit to the caller.
  if (status === 429 || error.name === "ServiceQuotaExceededException") {
    return { ...answer(429, "application/json", RATE_LIMIT_HEADERS), body: process.env.RATE_LIMIT_BODY };
  }
  console.error(error);
  // A 403 or 404 speaks of this function's role or model id, which is no fault of the caller's.
  const refused = status === 400;
  const body = {
    type: "error",
    error: {
      message: refused ? error.message : "The model could not be reached.",
      type: refused ? "invalid_request_error" : "server_error",
      param: null,
      code: refused ? "model_refused_request" : "model_error",
    },
  };
  return { ...answer(refused ? 400 : 502, "application/json"), body: JSON.stringify(body) };
}

export async function invoke(event) {
  try {
    const { body } = await bedrock.send(new InvokeModelCommand(input(event)));
    return { ...answer(200, "application/json"), body: Buffer.from(body).toString("utf8") };
  } catch (error) {
    return failure(error);
  }
}

// Chunks become server-sent events, one for each chunk of the model.
export const stream = globalThis.awslambda?.streamifyResponse(async (event, responseStream) => {
  let result;
  try {
    result = await bedrock.send(new InvokeModelWithResponseStreamCommand(input(event)));
  } catch (error) {
    const { body, ...metadata } = failure(error);
    const refusal = awslambda.HttpResponseStream.from(responseStream, metadata);
    refusal.write(body);
    refusal.end();
    return;
  }
  const events = awslambda.HttpResponseStream.from(responseStream, answer(200, "text/event-stream"));
  try {
    for await (const { chunk } of result.body) {
      if (chunk?.bytes) events.write(`data: ${Buffer.from(chunk.bytes).toString("utf8")}\n\n`);
    }
  } catch (error) {
    // The status is long sent; the error can only be one more event.
    events.write(`event: error\ndata: ${failure(error).body}\n\n`);
  }
  events.end();
});
