// How long one request may take, and why it ends before its answer does.

// API Gateway's clock starts before this function does, and settling takes a moment too. What is kept back lets the
// function's own answer arrive first, and Lambda stop no function that still has to settle.
const MARGIN_MILLISECONDS = 1500;

// Why the call of a model is given up.
export const LATE = new Error("The model did not answer in time.");
export const UNREAD = new Error("The caller is gone.");

export class Deadline {
  #model = new AbortController();
  #reader = new AbortController();
  #timers = [];

  // `milliseconds` are left before API Gateway gives up, or Lambda stops this function. Only a stream's reader may leave.
  constructor(milliseconds, { streams }) {
    const margin = Math.min(MARGIN_MILLISECONDS, milliseconds / 5);
    this.#after(milliseconds - margin, () => {
      this.#model.abort(LATE);
      // A caller who reads has a third of the margin for what is still to be sent, the error among it.
      if (streams) this.#after(margin / 3, () => this.leave());
    });
  }

  // Aborts when the model need not go on.
  get model() {
    return this.#model.signal;
  }

  // Aborts when nothing more is to be sent.
  get reader() {
    return this.#reader.signal;
  }

  get isLate() {
    return this.#model.signal.reason === LATE;
  }

  // Whatever the model still does is for nobody.
  stop() {
    this.#model.abort(UNREAD);
  }

  // Nobody reads any more.
  leave() {
    this.#reader.abort(UNREAD);
    this.stop();
  }

  clear() {
    this.#timers.forEach(clearTimeout);
  }

  #after(milliseconds, act) {
    this.#timers.push(setTimeout(act, Math.max(1, milliseconds)));
  }
}

// The promise, or as soon as the signal aborts its reason, whether or not who promised minds the signal.
export function unlessAborted(signal, promise) {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

// What the iterable gives, until the signal aborts.
export async function* untilAborted(signal, iterable) {
  const parts = iterable[Symbol.asyncIterator]?.() ?? iterable[Symbol.iterator]();
  for (;;) {
    const { done, value } = await unlessAborted(signal, Promise.resolve(parts.next()));
    if (done) return;
    yield value;
  }
}
