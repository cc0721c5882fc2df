// The arithmetic of every limit, without a store and without a clock of its own. docs/adr/0008 says why it is this one.
//
// A limit is one number of the caller's item, its level. A request may pass while
//     max(level, floor) + cost <= ceiling
// and then the level is max(level, floor) + cost. What differs is where floor and ceiling lie:
//     rate     the level is a theoretical arrival time in nanoseconds (GCRA): floor = now, ceiling = now + a minute
//     window   the level is the window's number times WINDOW plus what was used in it: floor = an unused window
//     slots    the level is how many requests are running: floor = 0, ceiling = how many may
// A level below the floor is a full bucket, an older window, or nobody: it is clamped by the write that needs it.

export const MINUTE = 60_000_000_000n;

// How far a level may be below its floor and still be added to. Without it, a write a few milliseconds ago would make
// the next write fail, because that one's idea of now is older by the time it reaches the table. The effect is as if
// clocks differed by this much: an interval admits what it would if it were this much longer.
export const SLACK = 50_000_000n;

// Far more than one window can use, so that a level never reaches into the next window. DynamoDB keeps 38 digits.
export const WINDOW = 10n ** 18n;

const SECOND = 1_000_000_000n;
const NANO_USD = 1_000_000_000;

const up = (dividend, divisor) => (dividend + divisor - 1n) / divisor;

// What a request costs of a limit. `need` is { tokens, nanoUsd } as reserved or as used.
export function costOf(limit, kind, need) {
  switch (kind) {
    case "requests_per_minute":
      return up(MINUTE, BigInt(limit));
    case "tokens_per_minute":
      return up(BigInt(need.tokens) * MINUTE, BigInt(limit));
    case "tokens_per_day":
      return BigInt(need.tokens);
    case "usd_per_month":
      return BigInt(need.nanoUsd);
    case "concurrent_requests":
      return 1n;
  }
}

// Midnight UTC at which the day or month of a time in milliseconds ends, and the window's number.
export function windowOf(kind, milliseconds) {
  const time = new Date(milliseconds);
  const [year, month, day] = [time.getUTCFullYear(), time.getUTCMonth(), time.getUTCDate()];
  if (kind === "tokens_per_day") return { number: Date.UTC(year, month, day) / 86_400_000, end: Date.UTC(year, month, day + 1) };
  return { number: year * 12 + month, end: Date.UTC(year, month + 1, 1) };
}

// One limit in the form that a write needs. `end` is when a window ends, in milliseconds. `length` is how far its
// levels reach.
function place(name, kind, limit, milliseconds, need) {
  const common = { attribute: `${name}:${SUFFIX[kind]}`, name, kind, limit, cost: costOf(limit, kind, need) };
  const now = BigInt(milliseconds) * 1_000_000n;
  switch (kind) {
    case "requests_per_minute":
      // As many at once as the limit allows, even though the share of one request is rounded up.
      return { ...common, floor: now, ceiling: now + common.cost * BigInt(limit), slack: SLACK };
    case "tokens_per_minute":
      return { ...common, floor: now, ceiling: now + MINUTE, slack: SLACK };
    case "concurrent_requests":
      return { ...common, floor: 0n, ceiling: BigInt(limit), slack: 0n };
    default: {
      const { number, end } = windowOf(kind, milliseconds);
      const floor = BigInt(number) * WINDOW;
      const most = kind === "usd_per_month" ? BigInt(Math.round(limit * NANO_USD)) : BigInt(limit);
      return { ...common, floor, ceiling: floor + most, slack: 0n, end, length: WINDOW };
    }
  }
}

// Names of attributes count towards an item's size, and an item up to 1 KB is one write unit.
const SUFFIX = {
  requests_per_minute: "r",
  tokens_per_minute: "t",
  tokens_per_day: "d",
  usd_per_month: "u",
  concurrent_requests: "c",
};
export const KINDS = Object.keys(SUFFIX);

// Every limit of the settings at that time: [{ attribute, floor, ceiling, cost, ... }].
export function placed(limits, milliseconds, need) {
  return limits.flatMap((limit) =>
    KINDS.filter((kind) => limit[kind] !== undefined).map((kind) => ({
      ...place(limit.name, kind, limit[kind], milliseconds, need),
      observes: limit.mode === "count",
    })),
  );
}

// `{ attribute of a lease: when it ends, in seconds }`: the requests that hold a slot.
export function leasesOf(item, { attribute }) {
  const prefix = `${attribute}:`;
  return Object.entries(item).filter(([name]) => name.startsWith(prefix));
}

// The level in the item, without the slots of functions that Lambda stopped long ago.
function levelOf(item, limit, milliseconds) {
  const seen = item[limit.attribute] ?? 0n;
  if (limit.kind !== "concurrent_requests" || seen < limit.ceiling) return { level: seen, ended: [] };
  const ended = leasesOf(item, limit).filter(([, end]) => end < BigInt(milliseconds) / 1000n);
  const held = BigInt(leasesOf(item, limit).length - ended.length);
  return { level: ended.length ? held : seen, ended: ended.map(([name]) => name) };
}

// What to do with the item as it was last seen: which limits refuse, and how each would be written.
//     clamp    the level is below the floor: set it to floor + cost, on condition that it still is
//     add      the level is above the floor, or a little below: add the cost, on condition that it is and stays within
//     count    a level that is never below its floor, as a count of slots: add the cost, whatever it is
//     recount  slots of functions that are gone: set the level, on condition that no other request has changed it
// Unlike a comparison with what was seen, all but the last hold for every writer that sees the same side of the floor.
// Parallel requests of one caller then do not make each other's writes fail.
export function decide(item, limits, milliseconds) {
  const refused = [];
  const writes = [];
  for (const limit of limits) {
    const { level, ended } = levelOf(item, limit, milliseconds);
    const base = level > limit.floor ? level : limit.floor;
    const excess = base + limit.cost - limit.ceiling;
    if (excess > 0n) refused.push({ ...limit, excess });
    // A limit that only counts is not charged for what it would have refused.
    if (excess > 0n && limit.observes) continue;
    if (ended.length) writes.push({ how: "recount", limit, seen: item[limit.attribute], level: base + limit.cost, ended });
    else if (limit.kind === "concurrent_requests") writes.push({ how: "count", limit });
    else writes.push({ how: level > limit.floor - limit.slack ? "add" : "clamp", limit });
  }
  return {
    refusedBy: refused.filter(({ observes }) => !observes),
    observed: refused.filter(({ observes }) => observes),
    writes,
  };
}

// Seconds, rounded up, after which the request would pass if no other came. For a window, that is its end.
export function secondsUntil(refused, milliseconds) {
  const seconds = refused.map(({ kind, excess, end }) => {
    if (end !== undefined) return Math.ceil((end - milliseconds) / 1000);
    return kind === "concurrent_requests" ? 1 : Number(up(excess, SECOND));
  });
  return Math.max(1, ...seconds);
}

// True if even an idle caller could not make that request.
export const neverFits = ({ cost, floor, ceiling }) => cost > ceiling - floor;

// What is left of a limit in its own unit (requests, tokens, nano-USD), and in how many seconds it is full again.
export function remaining({ kind, limit, floor, ceiling, end }, level, milliseconds) {
  const base = level > floor ? level : floor;
  const left = ceiling > base ? ceiling - base : 0n;
  if (end !== undefined) return { left: Number(left), seconds: Math.ceil((end - milliseconds) / 1000) };
  const seconds = Number(up(base - floor, SECOND));
  return { left: Number((left * BigInt(limit)) / (ceiling - floor)), seconds };
}

// How a level changes once the cost of the request is known.
//
// A refund gives back at most what is ahead of now. The time that has passed has already refilled the bucket. Giving it
// back again would erase what other requests have used since.
export function settlement(reserved, cost, levelAfter, milliseconds) {
  if (reserved.kind === "concurrent_requests") return -1n;
  const delta = cost - reserved.cost;
  if (delta >= 0n || reserved.end !== undefined) return delta;
  const ahead = levelAfter - BigInt(milliseconds) * 1_000_000n;
  const most = ahead > 0n ? ahead : 0n;
  return -delta > most ? -most : delta;
}
