// What Bedrock's errors mean for the caller.

import { BackendFailed } from "./backend_failed.mjs";
import { LATE, UNREAD } from "./deadline.mjs";

// Errors inside a stream have a name and no status: BedrockRuntime's ResponseStream,
// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ResponseStream.html, read 2026-11. For Bedrock,
// the account's own quota is a 400, and a model that is being loaded is a 429. For the caller, both are limits.
const LIMITED = ["ThrottlingException", "ServiceQuotaExceededException", "ModelNotReadyException"];
const TIMED_OUT = ["ModelTimeoutException", "TimeoutError", "AbortError"];

// The request is invalid, too large, or cannot be processed.
const REFUSED = [400, 413, 422];

// A ValidationException is the caller's mistake, unless it is about the model that the settings give to this function:
// a wrong id, a model that AWS has ended, or one that can only be called through an inference profile.
const OUR_MODEL = /model identifier|model id\b|end of (its )?life|on-demand throughput|inference profile/i;

export function failureOf(error) {
  if (error === LATE || error === UNREAD) return error;
  return new BackendFailed(error, { reached: error.$metadata?.httpStatusCode === undefined, status: toldAs(error) });
}

export function toldAs(error) {
  const status = error.$metadata?.httpStatusCode;
  // The SDK keeps the original name of a stream event that it does not know: `throttlingException`.
  const name = String(error.name).replace(/^./, (first) => first.toUpperCase());
  if (status === 429 || LIMITED.includes(name)) return 429;
  if (status === 408 || status === 504 || TIMED_OUT.includes(name)) return 504;
  return (REFUSED.includes(status) || name === "ValidationException") && !OUR_MODEL.test(error.message) ? 400 : 502;
}

// Bedrock's response as the error that AWS's SDK would throw. `x-amzn-errortype: ThrottlingException:http://...`
export function errorOf({ status, said = {} }, message) {
  const [name] = String(said["x-amzn-errortype"] ?? "Error").split(":");
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });
}
