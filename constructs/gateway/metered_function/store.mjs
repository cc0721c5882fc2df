// One caller's item in the table: reserve, then settle.

import { randomBytes } from "node:crypto";

import { leaseOf, markOf, read, reserving, settledMark, settling } from "./expressions.mjs";
import { decide, settlement } from "./limits.mjs";

// Each failed condition returns the item, so the next attempt fits it unless another writer was faster again.
const ATTEMPTS = 8;
// A refusal this recent is repeated without a call to the table, which would cost a write unit each time.
const REFUSAL_LASTS = 1000;
const MOST_REMEMBERED = 5000;
// DynamoDB deletes expired items within days, and only those that are no longer needed: levels in the past count as
// absent.
const KEPT_SECONDS = 3600;

const randomToken = () => randomBytes(6).toString("base64url");

export class Unavailable extends Error {
  name = "Unavailable";
}

// `send` gets the input of UpdateItem and returns its output. It throws what the SDK throws, or a time-out.
export class Store {
  #send;
  #table;
  #clock;
  #leaseSeconds;
  #token;
  // Items as they were last seen, oldest first. The first one is forgotten first.
  #seen = new Map();
  writes = 0;

  constructor({ send, table, leaseSeconds, clock = Date.now, token = randomToken }) {
    this.#send = send;
    this.#table = table;
    this.#leaseSeconds = leaseSeconds;
    this.#clock = clock;
    this.#token = token;
  }

  // Returns { refusedBy, observed } or { observed, reservation }. Throws Unavailable.
  async reserve(id, limitsAt) {
    const token = this.#token();
    const recalled = this.#seen.get(id);
    let item = recalled?.item ?? {};
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const now = this.#clock();
      const limits = limitsAt(now);
      const { refusedBy, observed, writes } = decide(item, limits, now);
      // A remembered item refuses only for a moment, since others may have given back in the meantime. It never admits.
      const known = attempt > 0 || now - (recalled?.refusedAt ?? -Infinity) < REFUSAL_LASTS;
      if (refusedBy.length && known) {
        if (attempt > 0) this.#remember(id, item, now);
        return { refusedBy, observed, at: now };
      }
      if (!writes.length) return { observed, reservation: undefined, at: now };
      const lease = BigInt(Math.ceil(now / 1000) + this.#leaseSeconds);
      const expires = expiresAt(writes, now, this.#leaseSeconds);
      const input = reserving(this.#table, id, writes, { token, expires, lease });
      const outcome = await this.#write(input);
      if (outcome.done) {
        this.#remember(id, outcome.item);
        return { observed, reservation: { id, token, writes, expires, item: outcome.item }, at: now };
      }
      item = outcome.item;
      if (item[markOf(token)] === token) {
        this.#remember(id, item);
        return { observed, reservation: { id, token, writes, expires, item: this.#cautiously(item, writes) }, at: now };
      }
    }
    throw new Unavailable("others were faster each time");
  }

  // The write had already succeeded when it was repeated. Others may have raised the levels since, and the level after
  // our own write bounds a refund. Its lowest possible value is that of an idle bucket.
  #cautiously(item, writes) {
    const lowest = Object.fromEntries(writes.map(({ limit }) => [limit.attribute, limit.floor + limit.cost]));
    return { ...item, ...lowest };
  }

  // Settles once. `costNow` returns what the request costs of a limit, now that the usage is known. Returns whether the
  // table has recorded it. What could not be recorded stays reserved.
  async settle(reservation, costNow) {
    const { id, token, writes, expires, item } = reservation;
    let changes = writes
      .map(({ limit }) => ({ limit, delta: settlement(limit, costNow(limit), item[limit.attribute], this.#clock()) }))
      .filter(({ delta }) => delta !== 0n);
    try {
      for (let attempt = 0; attempt < 3 && changes.length; attempt++) {
        const leased = changes.filter(({ limit }) => limit.kind === "concurrent_requests");
        // A refund that is made twice would let too much through, and only a lease proves that it was not made. Without
        // one, a write that may have succeeded is not repeated, and in doubt the reservation stays.
        const repeatable = leased.length > 0 || changes.every(({ delta }) => delta > 0n);
        const input = settling(this.#table, id, changes, { token, expires: owedUntil(expires, changes, item) });
        const outcome = await this.#write(input, { repeatable });
        this.#remember(id, outcome.item);
        if (outcome.done || outcome.item[markOf(token)] === settledMark(token)) return true;
        // If its lease is missing, this was done before, or another request has counted the end of the lease.
        if (leased.some(({ limit }) => outcome.item[leaseOf(limit, token)] === undefined)) return outcome.again;
        if (outcome.again && !leased.length) return false;
        changes = changes.filter(({ limit }) => stands(outcome.item, limit));
      }
      return true;
    } catch (error) {
      if (error instanceof Unavailable) return false;
      throw error;
    }
  }

  // Gives everything back, including the request: another limit refused it.
  release(reservation) {
    return this.settle(reservation, () => 0n);
  }

  async #write(input, { repeatable = true } = {}) {
    let failure;
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        this.writes += 1;
        const { Attributes } = await this.#send(input);
        return { done: true, again: attempt > 0, item: read(Attributes) };
      } catch (error) {
        if (error.name === "ConditionalCheckFailedException") return { done: false, again: attempt > 0, item: read(error.Item) };
        failure = error;
        if (PERMANENT.has(error.name) || (!repeatable && mayBeDone(error))) break;
      }
    }
    throw new Unavailable(failure.name ?? "Error", { cause: failure });
  }

  #remember(id, item, refusedAt) {
    this.#seen.delete(id);
    this.#seen.set(id, { item, refusedAt });
    if (this.#seen.size > MOST_REMEMBERED) this.#seen.delete(this.#seen.keys().next().value);
  }
}

// Errors that a second attempt cannot fix.
const PERMANENT = new Set(
  ["AccessDeniedException", "ResourceNotFoundException", "UnrecognizedClientException", "ValidationException"],
);

// No response, or an error of DynamoDB: the write may have succeeded, or may still succeed.
const mayBeDone = ({ $metadata }) => !($metadata?.httpStatusCode < 500);

// Whether there is still something to change: not an item that was deleted, nor a window that has ended.
function stands(item, limit) {
  const level = item[limit.attribute];
  return level !== undefined && (limit.end === undefined || level < limit.floor + limit.length);
}

function expiresAt(writes, now, leaseSeconds) {
  const ends = writes.map(({ limit }) => (limit.end === undefined ? now + 60_000 : limit.end));
  return BigInt(Math.ceil(Math.max(...ends) / 1000) + leaseSeconds + KEPT_SECONDS);
}

// A debt may reach further ahead than any reservation.
function owedUntil(expires, changes, item) {
  const rates = changes.filter(({ limit }) => limit.end === undefined && limit.kind !== "concurrent_requests");
  const ends = rates.map(({ limit, delta }) => (item[limit.attribute] + delta) / 1_000_000_000n + BigInt(KEPT_SECONDS));
  return ends.reduce((latest, end) => (end > latest ? end : latest), expires);
}
