// A table in this function's memory, for when the real one cannot be reached. It makes the same decisions, immediately.

import { decide, settlement } from "./limits.mjs";

const MOST_ITEMS = 5000;

export class MemoryTable {
  #items = new Map();
  #clock;

  constructor({ clock = Date.now } = {}) {
    this.#clock = clock;
  }

  async reserve(id, limitsAt) {
    const at = this.#clock();
    const item = this.#items.get(id) ?? {};
    const { refusedBy, observed, writes } = decide(item, limitsAt(at), at);
    if (refusedBy.length) return { refusedBy, observed, at };
    for (const { limit } of writes) {
      const level = item[limit.attribute] ?? 0n;
      item[limit.attribute] = (level > limit.floor ? level : limit.floor) + limit.cost;
    }
    this.#items.delete(id);
    this.#items.set(id, item);
    if (this.#items.size > MOST_ITEMS) this.#items.delete(this.#items.keys().next().value);
    return { observed, at, reservation: writes.length ? { id, writes, item: { ...item } } : undefined };
  }

  async settle({ id, writes, item: reserved }, costNow) {
    const item = this.#items.get(id);
    if (item === undefined) return true;
    for (const { limit } of writes) {
      item[limit.attribute] += settlement(limit, costNow(limit), reserved[limit.attribute], this.#clock());
    }
    return true;
  }

  release(reservation) {
    return this.settle(reservation, () => 0n);
  }
}
