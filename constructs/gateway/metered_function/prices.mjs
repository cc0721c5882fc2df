// The prices of tokens, in billionths of a dollar.

import { existsSync, readFileSync } from "node:fs";

// { model: { input, output, cached_input, cache_write } } in USD per million tokens. Terraform puts the file here.
const file = new URL("prices.json", import.meta.url);
const table = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};

export const priceOf = (model, prices = table) => (Object.hasOwn(prices, model) ? prices[model] : undefined);

// One dollar per million tokens is a thousand billionths per token.
export function nanoUsd(usage, price) {
  const cost = Object.entries(price).reduce((sum, [kind, usd]) => sum + Math.round(usd * 1e6) * (usage[kind] ?? 0), 0);
  return Math.ceil(cost / 1000);
}
