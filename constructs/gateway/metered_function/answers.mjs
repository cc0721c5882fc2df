// What the caller sees of the limits: headers on every response, and refusals in the API's own error format.

import { remaining, secondsUntil } from "./limits.mjs";

// For each kind of limit, the body's error.code and its name in messages.
const REFUSALS = {
  requests_per_minute: { code: "requests_exceeded", what: (limit) => `${limit} requests per minute` },
  tokens_per_minute: { code: "tokens_exceeded", what: (limit) => `${limit} tokens per minute` },
  tokens_per_day: { code: "tokens_exceeded", what: (limit) => `${limit} tokens per day` },
  usd_per_month: { code: "budget_exceeded", what: (limit) => `${limit} USD per month` },
  concurrent_requests: { code: "concurrency_exceeded", what: (limit) => `${limit} requests at once` },
};
const UNITS = { requests_per_minute: "requests", tokens_per_minute: "tokens", tokens_per_day: "tokens" };

// What the caller wrote, cut short.
export const quoted = (value) => JSON.stringify(typeof value === "string" ? value.slice(0, 100) : value)?.slice(0, 200);

export const codeOf = (kind) => REFUSALS[kind].code;

// OpenAI's names: https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers. If there are several
// limits, the headers are about the one with the smallest share left after the reservation: a stream's headers are sent
// before its usage is known.
export function limitHeaders(limits, levelOf, milliseconds) {
  const tightest = {};
  for (const limit of limits) {
    const unit = UNITS[limit.kind];
    if (unit === undefined) continue;
    const { left, seconds } = remaining(limit, levelOf(limit), milliseconds);
    const part = left / limit.limit;
    if (tightest[unit] === undefined || part < tightest[unit].part) tightest[unit] = { part, left, seconds, limit: limit.limit };
  }
  return Object.fromEntries(
    Object.entries(tightest).flatMap(([unit, { left, seconds, limit }]) => [
      [`x-ratelimit-limit-${unit}`, String(limit)],
      [`x-ratelimit-remaining-${unit}`, String(left)],
      [`x-ratelimit-reset-${unit}`, `${seconds}s`],
    ]),
  );
}

export class Answers {
  #shape;
  #rateLimitHeaders;
  #responseHeaders;

  constructor({ errorShape, rateLimitHeaders, responseHeaders }) {
    this.#shape = errorShape;
    this.#rateLimitHeaders = rateLimitHeaders;
    this.#responseHeaders = responseHeaders;
  }

  // 429 with the longest of the waits, plus up to a tenth of it, so that callers refused together do not return
  // together.
  refused(refusedBy, milliseconds, headers = {}, random = Math.random) {
    const seconds = secondsUntil(refusedBy, milliseconds);
    const longest = refusedBy.find((each) => secondsUntil([each], milliseconds) === seconds) ?? refusedBy[0];
    const { code, what } = REFUSALS[longest.kind];
    const wait = seconds + Math.floor(random() * 0.1 * seconds);
    const message = `${this.#shape.error.message} Limit ${longest.name}: ${what(longest.limit)}. Retry in ${wait} s.`;
    return this.#answer(429, { message, type: this.#shape.error.type, code }, {
      ...this.#rateLimitHeaders,
      ...headers,
      "Retry-After": String(wait),
      // The OpenAI and Anthropic clients read this header first. No client should wait for the end of a day or month.
      ...(longest.end === undefined ? {} : { "x-should-retry": "false" }),
    });
  }

  // The 429 for a limit of the model behind the route, as the settings define it.
  backendRefused() {
    return this.#answer(429, this.#shape.error, this.#rateLimitHeaders);
  }

  tooLarge({ name, kind, limit }) {
    const message = `This request alone may use more than limit ${name} allows: ${REFUSALS[kind].what(limit)}. Send less, or ask for fewer tokens.`;
    return this.#answer(400, { message, type: "invalid_request_error", code: "request_above_limit" });
  }

  noPrice(model) {
    const named = model === undefined ? "The request names no model, so it" : `The model ${quoted(model)}`;
    const message = `${named} has no price in this API, which limits spending.`;
    return this.#answer(400, { message, type: "invalid_request_error", code: "model_not_priced" });
  }

  noPriceOf(name, value) {
    const message = `The ${name} ${quoted(value)} has no price here, and this API limits what is spent.`;
    return this.#answer(400, { message, type: "invalid_request_error", code: "tier_not_priced" });
  }

  badRequest(message) {
    return this.#answer(400, { message, type: "invalid_request_error", code: "invalid_request" });
  }

  // Each family of clients has its own name for it: https://docs.anthropic.com/en/api/errors.
  notFound(message, { api, code }) {
    const type = api === "anthropic" ? "not_found_error" : "invalid_request_error";
    return this.#answer(404, { message, type, code });
  }

  unavailable() {
    const message = "The limits of this API cannot be checked right now.";
    return this.#answer(503, { message, type: "server_error", code: "limiter_unavailable" }, { "Retry-After": "15" });
  }

  // The response to an error of the model, or to its silence.
  failed(status, message) {
    if (status === 400) return this.#answer(400, { message, type: "invalid_request_error", code: "model_refused_request" });
    if (status === 504) return this.#answer(504, { message, type: "server_error", code: "model_timeout" });
    // A 403 or 404 is about this function's role or model id. The caller did not cause it.
    return this.#answer(502, { message: "The model could not be reached.", type: "server_error", code: "model_error" });
  }

  #answer(status, error, headers = {}) {
    // The format of the settings' own 429, including the keys around the error.
    const document = { ...this.#shape, error: { ...this.#shape.error, ...error } };
    return {
      status,
      headers: { "Content-Type": "application/json", ...this.#responseHeaders, ...headers },
      body: JSON.stringify(document),
    };
  }
}
