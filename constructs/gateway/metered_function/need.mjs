// What a request is taken to need before it runs, and what it turned out to have used, in the units of the limits.

import { estimate, weighed } from "./estimate.mjs";
import { neverFits, placed } from "./limits.mjs";
import { nanoUsd } from "./prices.mjs";

const BYTES_PER_TOKEN = 3;

// { tokens, nanoUsd } of a usage.
export function needOf(usage, { weights, price }) {
  return { tokens: weighed(usage, weights), nanoUsd: price ? nanoUsd(usage, price) : 0 };
}

// { need } to reserve, or { tooLarge: the limit that would never let it pass }.
//
// Without a cap of its own a request is taken to use the settings' default, or as much as an idle caller may: a small
// limit must not refuse it for ever.
export function needed(request, limits, { weights, price, defaultOutput, images, generates }, milliseconds) {
  const { input, output } = estimated(request, images);
  const at = (outputTokens) => needOf({ input, output: outputTokens }, { weights, price });
  const unfit = (outputTokens) =>
    placed(limits, milliseconds, at(outputTokens)).find((limit) => !limit.observes && neverFits(limit));
  if (!generates) return fitting(at(0), unfit(0));
  if (output !== undefined) return fitting(at(output), unfit(output));
  let [fits, tooMany] = [0, defaultOutput + 1];
  if (unfit(0)) return fitting(at(0), unfit(0));
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    if (unfit(middle)) tooMany = middle;
    else fits = middle;
  }
  return { need: at(fits) };
}

const fitting = (need, unfit) => (unfit ? { tooLarge: unfit } : { need });

function estimated({ body, bytes }, images) {
  try {
    if (body !== undefined && typeof body === "object") return estimate(body, { images });
  } catch (error) {
    // Nested deeper than a function can follow.
    if (!(error instanceof RangeError)) throw error;
  }
  return { input: Math.ceil(bytes.length / BYTES_PER_TOKEN), output: undefined };
}
