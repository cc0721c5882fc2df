// The settings that Terraform passes to this function, read once. constructs/gateway/metered_integration.py writes
// them.

const json = (name, otherwise) => (process.env[name] ? JSON.parse(process.env[name]) : otherwise);

// "Name: value", one per line.
function headersIn(text) {
  const lines = (text ?? "").split("\n").filter(Boolean);
  return Object.fromEntries(lines.map((line) => line.split(/: (.*)/s, 2)));
}

export const configuration = {
  table: process.env.TOKEN_TABLE,
  // [{ name, by, plan?, models?, mode, when_unavailable?, shards?, requests_per_minute?, ... }]
  limits: json("TOKEN_LIMITS", []),
  // `plan=id,id;plan=id`: which key is in which plan.
  plans: new Map(
    (process.env.PLAN_KEYS ?? "")
      .split(";")
      .filter(Boolean)
      .flatMap((group) => {
        const [plan, keys] = group.split("=");
        return keys.split(",").map((key) => [key, plan]);
      }),
  ),
  // { weights: { input, cached_input, cache_write, output }, default_max_tokens, image_tokens }
  counting: json("TOKEN_COUNTING", { weights: {}, default_max_tokens: 1, image_tokens: 0 }),
  // { model_id }, { apis, models } or { url, headers?, drop_headers?, address? }
  backend: { ...json("BACKEND", {}), ...(process.env.BACKEND_ADDRESS ? { address: process.env.BACKEND_ADDRESS } : {}) },
  errorShape: json("RATE_LIMIT_BODY", { error: {} }),
  rateLimitHeaders: headersIn(process.env.RATE_LIMIT_HEADERS),
  responseHeaders: headersIn(process.env.RESPONSE_HEADERS),
  namespace: process.env.METRIC_NAMESPACE,
  // How long API Gateway waits.
  timeoutMilliseconds: Number(process.env.TIMEOUT_MILLISECONDS ?? 29_000),
};
