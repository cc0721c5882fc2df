// What the caller sees of the limits: headers on every answer, and refusals in the API's own error shape.

import { remaining, secondsUntil } from "./limits.mjs";

// kind -> the body's error.code, and what the limit is called.
const REFUSALS = {
  requests_per_minute: { code: "requests_exceeded", what: (limit) => `${limit} requests per minute` },
  tokens_per_minute: { code: "tokens_exceeded", what: (limit) => `${limit} tokens per minute` },
  tokens_per_day: { code: "tokens_exceeded", what: (limit) => `${limit} tokens per day` },
  usd_per_month: { code: "budget_exceeded", what: (limit) => `${limit} USD per month` },
  concurrent_requests: { code: "concurrency_exceeded", what: (limit) => `${limit} requests at once` },
};
const UNITS = { requests_per_minute: "requests", tokens_per_minute: "tokens", tokens_per_day: "tokens" };

export const codeOf = (kind) => REFUSALS[kind].code;

// OpenAI's names: https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers. Of several limits the one
// of which the smallest part is left, as it is after the reservation: a stream's headers leave before its usage is known.
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

  // 429 with the longest of the waits, and up to a tenth more, so that who was refused together does not return together.
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
      // The OpenAI and Anthropic clients ask this header first. Nobody waits for the end of a day or month.
      ...(longest.end === undefined ? {} : { "x-should-retry": "false" }),
    });
  }

  // 429 of the model behind the route: today's contract, as it stands in the settings.
  backendRefused() {
    return this.#answer(429, this.#shape.error, this.#rateLimitHeaders);
  }

  tooLarge({ name, kind, limit }) {
    const message = `This request may use more than the whole of limit ${name}: ${REFUSALS[kind].what(limit)}. Send less, or ask for fewer tokens.`;
    return this.#answer(400, { message, type: "invalid_request_error", code: "request_above_limit" });
  }

  noPrice(model) {
    const message = `The model ${JSON.stringify(model)} has no price here, and this API limits what is spent.`;
    return this.#answer(400, { message, type: "invalid_request_error", code: "model_not_priced" });
  }

  noPriceOfTier(tier) {
    const message = `The service_tier ${JSON.stringify(tier)} has no price here, and this API limits what is spent.`;
    return this.#answer(400, { message, type: "invalid_request_error", code: "tier_not_priced" });
  }

  badRequest(message) {
    return this.#answer(400, { message, type: "invalid_request_error", code: "invalid_request" });
  }

  // Each family of clients has its own word for it: https://docs.anthropic.com/en/api/errors.
  notFound(message, { api, code }) {
    const type = api === "anthropic" ? "not_found_error" : "invalid_request_error";
    return this.#answer(404, { message, type, code });
  }

  unavailable() {
    const message = "The limits of this API cannot be checked right now.";
    return this.#answer(503, { message, type: "server_error", code: "limiter_unavailable" }, { "Retry-After": "15" });
  }

  // What the model, or its silence, is told as.
  failed(status, message) {
    if (status === 400) return this.#answer(400, { message, type: "invalid_request_error", code: "model_refused_request" });
    if (status === 504) return this.#answer(504, { message, type: "server_error", code: "model_timeout" });
    // A 403 or 404 speaks of this function's role or model id, which is no fault of the caller's.
    return this.#answer(502, { message: "The model could not be reached.", type: "server_error", code: "model_error" });
  }

  #answer(status, error, headers = {}) {
    // The shape is that of the settings' own 429, with whatever stands around the error.
    const document = { ...this.#shape, error: { ...this.#shape.error, ...error } };
    return {
      status,
      headers: { "Content-Type": "application/json", ...this.#responseHeaders, ...headers },
      body: JSON.stringify(document),
    };
  }
}
