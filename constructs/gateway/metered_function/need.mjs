// What a request is taken to need before it runs, and what it turned out to have used, in the units of the limits.

import { estimate, weighed } from "./estimate.mjs";
import { neverFits, placed } from "./limits.mjs";
import { nanoUsd } from "./prices.mjs";

const BYTES_PER_TOKEN = 3;
// Above every limit, and small enough to be halved exactly.
const MOST = 10 ** 12;

// { tokens, nanoUsd } of a usage.
export function needOf(usage, { weights, price }) {
  return { tokens: weighed(usage, weights), nanoUsd: price ? nanoUsd(usage, price) : 0 };
}

// { need } to reserve, or { tooLarge: the limit that would never let it pass }. With `input` if no cap is known to hold
// the output to what is reserved.
//
// Without a cap of its own a request is taken to use the settings' default for each answer that it wants, or as much as
// an idle caller may: a small limit must not refuse it for ever.
export function needed(request, limits, { weights, price, defaultOutput, images, generates, path }, milliseconds) {
  const { input, output, otherwise = 0, answers = 1, holds } = estimated(request, images, path);
  const at = (outputTokens) => needOf({ input, output: outputTokens }, { weights, price });
  const unfit = (outputTokens) =>
    placed(limits, milliseconds, at(outputTokens)).find((limit) => !limit.observes && neverFits(limit));
  if (!generates) return fitting(at(0), unfit(0));
  if (output !== undefined) return { ...fitting(at(output), unfit(output)), ...(holds ? {} : { input }) };
  let [fits, tooMany] = [0, Math.min(Math.max(defaultOutput, otherwise) * answers, MOST) + 1];
  if (unfit(0)) return fitting(at(0), unfit(0));
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    if (unfit(middle)) tooMany = middle;
    else fits = middle;
  }
  return { need: at(fits), input };
}

// What a request without a cap has used at least, if its answer ended without saying so: the text of it that passed.
export function passedNeed(input, bytes, { weights, price }) {
  return needOf({ input, output: Math.ceil(bytes / BYTES_PER_TOKEN) }, { weights, price });
}

const fitting = (need, unfit) => (unfit ? { tooLarge: unfit } : { need });

function estimated({ body, bytes }, images, path) {
  try {
    if (body !== undefined && typeof body === "object") return estimate(body, { images, path });
  } catch (error) {
    // Nested deeper than a function can follow.
    if (!(error instanceof RangeError)) throw error;
  }
  return { input: Math.ceil(bytes.length / BYTES_PER_TOKEN), output: undefined };
}
