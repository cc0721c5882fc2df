// What Bedrock's errors are to the caller.

import { BackendFailed } from "./backend_failed.mjs";
import { LATE, UNREAD } from "./deadline.mjs";

// Errors inside a stream have a name and no status: BedrockRuntime's ResponseStream,
// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ResponseStream.html, read 2026-11. The account's
// own quota is a 400 to Bedrock, a model that is being loaded a 429; both are limits to the caller.
const LIMITED = ["ThrottlingException", "ServiceQuotaExceededException", "ModelNotReadyException"];
const TIMED_OUT = ["ModelTimeoutException", "TimeoutError", "AbortError"];

// What the caller wrote is wrong, too large, or cannot be done.
const REFUSED = [400, 413, 422];

// A ValidationException is the caller's fault, unless it speaks of the model that this function was given: a wrong id,
// one that ended, or one that only an inference profile may call.
const OUR_MODEL = /model identifier|model id\b|end of (its )?life|on-demand throughput|inference profile/i;

export function failureOf(error) {
  if (error === LATE || error === UNREAD) return error;
  return new BackendFailed(error, { reached: error.$metadata?.httpStatusCode === undefined, status: toldAs(error) });
}

export function toldAs(error) {
  const status = error.$metadata?.httpStatusCode;
  // An event of a stream that the SDK does not know is named as it came: `throttlingException`.
  const name = String(error.name).replace(/^./, (first) => first.toUpperCase());
  if (status === 429 || LIMITED.includes(name)) return 429;
  if (status === 408 || status === 504 || TIMED_OUT.includes(name)) return 504;
  return (REFUSED.includes(status) || name === "ValidationException") && !OUR_MODEL.test(error.message) ? 400 : 502;
}

// What Bedrock answered as the error that AWS's SDK would throw. `x-amzn-errortype: ThrottlingException:http://...`
export function errorOf({ status, said = {} }, message) {
  const [name] = String(said["x-amzn-errortype"] ?? "Error").split(":");
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });
}
