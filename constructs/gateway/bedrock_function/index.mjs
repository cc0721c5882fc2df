// API Gateway to a Bedrock model: the request's body goes to InvokeModel unchanged, and so does the response to the
// caller. If the model is throttled, the response is the API's own 429, so that callers always see the same format.

import { once } from "node:events";

import {
  BedrockRuntimeClient,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from "@aws-sdk/client-bedrock-runtime";

// No retries here: the caller backs off after the 429, and a retry would use up the integration's timeout.
const bedrock = new BedrockRuntimeClient({ maxAttempts: 1 });

// API Gateway's clock starts before this function does. The margin lets the function's own response arrive first.
const MARGIN_MILLISECONDS = 1000;

// Why a call of the model is aborted.
const LATE = new Error("The model did not answer in time.");
const UNREAD = new Error("The caller is gone.");

// Errors inside a stream have a name and no status: BedrockRuntime's ResponseStream,
// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ResponseStream.html, read 2026-11. For Bedrock,
// the account's own quota is a 400, and a model that is being loaded is a 429. For the caller, both are limits.
const LIMITED = ["ThrottlingException", "ServiceQuotaExceededException", "ModelNotReadyException"];
const TIMED_OUT = ["ModelTimeoutException", "TimeoutError", "AbortError"];

// A ValidationException is the caller's mistake, unless it is about the model that the settings give to this function:
// a wrong id, a model that AWS has ended, or one that can only be called through an inference profile.
const OUR_MODEL = /model identifier|model id\b|end of (its )?life|on-demand throughput|inference profile/i;

// "Name: value", one per line.
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

function failed(statusCode, type, code, message) {
  const body = { type: "error", error: { message, type, param: null, code } };
  return { ...answer(statusCode, "application/json"), body: JSON.stringify(body) };
}

function failure(error) {
  const status = error.$metadata?.httpStatusCode;
  // The SDK keeps the original name of a stream event that it does not know: `throttlingException`.
  const name = String(error.name).replace(/^./, (first) => first.toUpperCase());
  if (status === 429 || LIMITED.includes(name)) {
    return { ...answer(429, "application/json", RATE_LIMIT_HEADERS), body: process.env.RATE_LIMIT_BODY };
  }
  console.error(error);
  if (error === LATE || TIMED_OUT.includes(name)) {
    return failed(504, "server_error", "model_timeout", LATE.message);
  }
  // A 403 or 404 is about this function's role or model id. The caller did not cause it.
  if ((status === 400 || name === "ValidationException") && !OUR_MODEL.test(error.message)) {
    return failed(400, "invalid_request_error", "model_refused_request", error.message);
  }
  return failed(502, "server_error", "model_error", "The model could not be reached.");
}

// The result of `act`. Its controller aborts when the time is up: a margin before API Gateway gives up, or before
// Lambda ends this function. It also aborts when everything is done, so that nothing of the model continues.
async function inTime(context, act) {
  const left = Math.min(Number(process.env.TIMEOUT_MILLISECONDS), context.getRemainingTimeInMillis());
  const margin = Math.min(MARGIN_MILLISECONDS, left / 10);
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(LATE), left - margin);
  try {
    return await act(controller, margin);
  } finally {
    clearTimeout(timer);
    controller.abort(UNREAD);
  }
}

// The promise, or the signal's reason as soon as it aborts. The SDK does not need to handle the signal.
function unlessAborted(signal, promise) {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

function ask(command, { signal }) {
  return unlessAborted(signal, bedrock.send(command, { abortSignal: signal }));
}

export function invoke(event, context) {
  return inTime(context, async (controller) => {
    try {
      const { body } = await ask(new InvokeModelCommand(input(event)), controller);
      return { ...answer(200, "application/json"), body: Buffer.from(body).toString("utf8") };
    } catch (error) {
      return failure(error);
    }
  });
}

// Chunks become server-sent events, one for each chunk of the model.
async function* events(body, { signal }) {
  const parts = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await unlessAborted(signal, parts.next());
      if (done) return;
      if (value.chunk?.bytes) yield `data: ${Buffer.from(value.chunk.bytes).toString("utf8")}\n\n`;
    }
  } catch (error) {
    // The status has already been sent. The error can only be one more event.
    if (error !== UNREAD) yield `event: error\ndata: ${failure(error).body}\n\n`;
  }
}

// Reads no more than the caller does. Not with pipeline(), which AWS recommends: it waits forever if Lambda's stream,
// which implements only a part of Writable, closes without an error (tried with Node.js 24).
async function write(texts, responseStream, { signal }) {
  let wrote = false;
  for await (const text of texts) {
    wrote = true;
    if (!responseStream.write(text)) await unlessAborted(signal, once(responseStream, "drain"));
  }
  // Lambda's stream sends status and headers with the first write, even if it is empty.
  if (!wrote) responseStream.write(Buffer.alloc(0));
  responseStream.end();
}

async function respond(event, responseStream, controller, reader) {
  const start = (metadata) => awslambda.HttpResponseStream.from(responseStream, metadata);
  let result;
  try {
    result = await ask(new InvokeModelWithResponseStreamCommand(input(event)), controller);
  } catch (error) {
    if (error === UNREAD) return;
    const { body, ...metadata } = failure(error);
    await write([body], start(metadata), reader);
    return;
  }
  await write(events(result.body, controller), start(answer(200, "text/event-stream")), reader);
}

export const stream = globalThis.awslambda?.streamifyResponse((event, responseStream, context) =>
  inTime(context, async (controller, margin) => {
    const reader = new AbortController();
    const leave = () => [reader, controller].forEach((each) => each.abort(UNREAD));
    for (const gone of ["close", "error"]) responseStream.on(gone, leave);
    // A caller who reads has half of the margin for the rest of the response, including an error.
    let leaving;
    controller.signal.addEventListener("abort", () => {
      if (controller.signal.reason === LATE) leaving = setTimeout(leave, margin / 2);
    });
    try {
      await respond(event, responseStream, controller, reader);
    } catch (error) {
      // Only the caller's side throws here, by leaving or by not reading. The model's errors are responses.
      console.warn(error.message);
      responseStream.destroy();
    } finally {
      clearTimeout(leaving);
    }
  }),
);
