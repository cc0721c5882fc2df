// One request: reserve from every limit that covers it, call the model, settle, and only then end the response.

import { codeOf, limitHeaders } from "./answers.mjs";
import { BackendFailed } from "./backend_failed.mjs";
import { Deadline, LATE, UNREAD } from "./deadline.mjs";
import { Events } from "./events.mjs";
import { hashed, itemOf } from "./identity.mjs";
import { costOf, placed } from "./limits.mjs";
import { needed, needOf, passedNeed } from "./need.mjs";
import { address } from "./proxy.mjs";
import { readDifferently } from "./read_differently.mjs";
import { jsonIn, requestIn, written } from "./request.mjs";
import { Unavailable } from "./store.mjs";
import { UsageReader } from "./usage/reader.mjs";

// How much of a whole response is kept to read its usage.
const LARGEST_DOCUMENT = 8 * 1024 * 1024;

const LONGEST_MODEL = 256;

export class Meter {
  constructor(parts) {
    // { configuration, store, spare, answers, backend, refusalOf?, priceOf, record, streams, clock }
    Object.assign(this, parts);
  }

  // `answer` is started with status and headers, written to, and ended. index.mjs has one for each kind of function.
  async serve(event, context, answer) {
    const { configuration, streams } = this;
    const left = Math.min(configuration.timeoutMilliseconds, context.getRemainingTimeInMillis?.() ?? Infinity);
    const deadline = new Deadline(left, { streams });
    answer.onLeft?.(() => deadline.leave());
    try {
      await this.#serve(event, answer, deadline);
    } finally {
      deadline.clear();
    }
    // Only the caller's side ends like this. There is no one to send the end to.
    return deadline.reader.aborted ? answer.abandon() : answer.end();
  }

  async #serve(event, answer, deadline) {
    const request = requestIn(event);
    const { refusal, admitted } = await this.#admit(event, request);
    if (refusal) return this.#say(answer, refusal, deadline);
    const reader = new UsageReader();
    // `free`: the model did nothing for it, as its response or its silence proves.
    const outcome = { status: 0, ended: false, free: false };
    try {
      await this.#answer(request, admitted, answer, { reader, outcome, deadline });
    } finally {
      // Everything has been sent, and nothing of the model continues.
      deadline.clear();
      if (!outcome.ended) deadline.stop();
      await this.#settle(admitted, reader, outcome);
    }
  }

  async #say(answer, { status, headers, body }, deadline) {
    await answer.begin(status, headers);
    await answer.write(Buffer.from(body), deadline.reader);
  }

  // { refusal } or { admitted: what there is to settle }.
  async #admit(event, request) {
    const { configuration, answers, clock } = this;
    const started = clock();
    if (climbs(request)) return { refusal: answers.badRequest("The path must not hold . or .. as a part of its own.") };
    const unknown = this.refusalOf?.(request, configuration.backend, answers);
    if (unknown) return { refusal: unknown };
    // Bedrock's own formats get a new body, as this function has read it.
    const misread = configuration.limits.length && !configuration.backend.apis && readDifferently(request);
    if (misread) return { refusal: answers.badRequest(misread) };
    const model = modelOf(request, configuration.backend);
    const path = pathAtModel(request, configuration.backend);
    // Lists of models and similar requests use no tokens. If one does, its response contains the usage.
    const asksNothing = BODILESS.has(request.method) || COUNTS_ONLY.test(path);
    const sets = setsOf(configuration, event, model);
    const limits = [...sets.values()].flat();
    const price = this.priceOf(model);
    const about = aboutOf(configuration, event, model);
    const enforced = limits.filter(({ mode }) => mode !== "count");
    if (enforced.some(({ usd_per_month: money }) => money !== undefined)) {
      if (price === undefined && !(asksNothing && model === undefined)) return { refusal: answers.noPrice(model) };
      for (const [name, priced] of Object.entries(PRICED)) {
        const value = request.body?.[name] ?? "default";
        if (!priced.has(value)) return { refusal: answers.noPriceOf(name, value) };
      }
    }
    if (isTrue(request.body?.background) && path.endsWith("/responses") && enforced.some(countsTokens)) {
      return { refusal: answers.badRequest("background must be false: this API counts what a response uses while it is made.") };
    }
    const { weights, default_max_tokens: defaultOutput, image_tokens: images } = configuration.counting;
    const generates = generatesText(request, configuration.backend);
    const asked = asksNothing ? { ...request, bytes: Buffer.alloc(0), body: null } : request;
    const { need, tooLarge, input } = needed(asked, limits, { weights, price, defaultOutput, images, generates, path }, started);
    if (tooLarge) return { refusal: answers.tooLarge(tooLarge) };

    const held = [];
    const admitted = { held, need, input, price, model, about, started, headers: {} };
    const observed = [];
    for (const [id, ofItem] of sets) {
      const outcome = await this.#reserve(id, ofItem, need);
      observed.push(...(outcome.observed ?? []));
      if (outcome.unavailable || outcome.refusedBy?.length) {
        await Promise.all(held.map(({ store, reservation }) => store.release(reservation)));
        const refusal = outcome.unavailable
          ? answers.unavailable()
          : answers.refused(outcome.refusedBy, outcome.at, limitHeaders(outcome.refusedBy, leastOf, outcome.at));
        this.#record(admitted, { refusedBy: outcome.refusedBy, unavailable: outcome.unavailable, observed });
        return { refusal };
      }
      if (outcome.reservation) held.push(outcome);
    }
    admitted.observed = observed;
    admitted.local = held.some(({ store }) => store !== this.store);
    // Not of a limit that refuses nobody: it would slow down a caller who sends at the pace of the headers.
    const shown = held.flatMap(({ reservation, at }) =>
      reservation.writes.filter(({ limit }) => !limit.observes).map(({ limit }) => ({ ...limit, of: reservation, at })),
    );
    admitted.headers = limitHeaders(
      shown,
      (limit) => limit.of.item[limit.attribute],
      clock(),
    );
    admitted.limiterMilliseconds = clock() - started;
    return { admitted };
  }

  // Without the table, a small bucket in this function's memory enforces the rates. Limits in money can only refuse.
  async #reserve(id, limits, need) {
    const at = (milliseconds) => placed(limits, milliseconds, need);
    try {
      return { store: this.store, ...(await this.store.reserve(id, at)) };
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      console.error(JSON.stringify({ message: "the table cannot be asked", reason: error.message, cause: error.cause?.message }));
      if (limits.some(refusesWithoutTable)) return { unavailable: true };
      const spare = limits.map(quartered);
      return { store: this.spare, ...(await this.spare.reserve(id, (milliseconds) => fitted(spare, milliseconds, need))) };
    }
  }

  async #answer(request, admitted, answer, { reader, outcome, deadline }) {
    const { backend, configuration, streams } = this;
    const { sent, hides } = configuration.limits.length ? withUsage(request, configuration.backend) : { sent: request, hides: false };
    let type;
    try {
      const result = await backend(configuration.backend, sent, { signal: deadline.model, streams });
      outcome.status = result.status;
      outcome.free = result.status >= 400;
      type = result.headers["content-type"] ?? "";
      if (result.usage) Object.assign(reader, { usage: result.usage });
      // A server decides itself whose scripts may read its responses. Bedrock does not.
      const ours = configuration.backend.url ? {} : configuration.responseHeaders;
      await answer.begin(result.status, { ...result.headers, ...ours, ...admitted.headers });
      await this.#pass(result.body, result.usage ? passing : reading(type, reader, hides), answer, deadline);
      outcome.ended = true;
    } catch (error) {
      if (deadline.reader.aborted) return;
      const failed = error instanceof BackendFailed ? error : new BackendFailed(error, { reached: true });
      if (type === undefined) outcome.free = !failed.reached && !deadline.isLate;
      const said = this.#failure(failed, deadline);
      if (said.status >= 500) console.error(JSON.stringify({ message: "the model failed", reason: failed.message }));
      if (type === undefined || !streams) {
        outcome.status = said.status;
        await this.#say(answer, { ...said, headers: { ...said.headers, ...admitted.headers } }, deadline);
      } else if (isEvents(type)) {
        // The status has already been sent. The error can only be one more event.
        await answer.write(Buffer.from(`event: error\ndata: ${said.body}\n\n`), deadline.reader);
      } else if (isLines(type)) {
        await answer.write(Buffer.from(`${said.body}\n`), deadline.reader);
      } else {
        // A broken response must look broken, and a complete one complete.
        deadline.leave();
      }
    }
  }

  #failure(failed, deadline) {
    if (failed.status === 429) return this.answers.backendRefused();
    if (deadline.isLate) return this.answers.failed(504, LATE.message);
    return this.answers.failed(failed.status, failed.status === 504 ? LATE.message : failed.message);
  }

  // Reads no more than the caller does.
  async #pass(body, read, answer, deadline) {
    const pass = async (pieces) => {
      for (const bytes of pieces) {
        if (await answer.write(bytes, deadline.reader)) continue;
        deadline.leave();
        throw UNREAD;
      }
    };
    for await (const chunk of body) await pass(read.push(chunk));
    await pass(read.end());
  }

  // What was used, or what was reserved if it is unknown. A refused or failed call gives the tokens back.
  async #settle(admitted, reader, { status, ended, free }) {
    const { need, input, held, price } = admitted;
    const by = { weights: this.configuration.counting.weights, price };
    const used = reader.usage && needOf(reader.usage, by);
    let final = need;
    if (used && ended && !reader.incomplete) final = used;
    else if (!used && free) final = { tokens: 0, nanoUsd: 0 };
    else final = highest([need, used, input === undefined ? undefined : passedNeed(input, reader.said, by)]);
    const settled = await Promise.all(
      held.map(({ store, reservation }) => store.settle(reservation, ({ limit, kind }) => costOf(limit, kind, final))),
    );
    this.#record(admitted, { final, usage: reader.usage, failed: settled.includes(false), observed: admitted.observed, status });
  }

  #record(admitted, { refusedBy = [], unavailable, observed = [], final, usage, failed, status }) {
    const values = { Requests: 1, TokensReserved: admitted.need.tokens };
    if (final) Object.assign(values, { TokensUsed: final.tokens, LimiterMilliseconds: admitted.limiterMilliseconds });
    if (final && admitted.price) values.UsdUsed = final.nanoUsd / 1e9;
    for (const { kind } of refusedBy.slice(0, 1)) values[REFUSED[codeOf(kind)]] = 1;
    if (observed.length) values.WouldRefuse = 1;
    // Zeros, so that an alarm sees a quiet minute as such.
    values.LimiterUnavailable = unavailable || admitted.local ? 1 : 0;
    values.SettleFailed = failed ? 1 : 0;
    const limits = [...refusedBy, ...observed].map(({ attribute }) => attribute);
    this.record(values, { ...admitted.about, status, usage, limits: limits.length ? limits : undefined });
  }
}

// Whether a value of the path would leave its folder: a server may read `..` as the parent folder.
const climbs = ({ pathParameters }) =>
  Object.values(pathParameters).some((value) => value.split("/").some((part) => part === "." || part === ".."));

// What a request may choose at the price of the file, which is that of the standard tier. `flex` costs less, `priority`
// and `fast` more, in Bedrock's and OpenAI's APIs:
// https://docs.aws.amazon.com/bedrock/latest/userguide/service-tiers-inference.html,
// https://developers.openai.com/api/docs/guides/fast-mode. In Anthropic's, `speed` and `inference_geo` do:
// https://platform.claude.com/docs/en/build-with-claude/fast-mode, .../data-residency. All read 2026-11.
const PRICED = {
  service_tier: new Set(["auto", "default", "flex", "standard_only"]),
  speed: new Set(["default", "standard"]),
  inference_geo: new Set(["default", "global"]),
};

// They tell how many tokens a text has, and use none: Anthropic's, OpenAI's and vLLM's.
const COUNTS_ONLY = /\/(count_tokens|input_tokens|tokenize|detokenize)$/;

const countsTokens = ({ tokens_per_minute: minute, tokens_per_day: day, usd_per_month: money }) =>
  [minute, day, money].some((limit) => limit !== undefined);

const BODILESS = new Set(["DELETE", "GET", "HEAD", "OPTIONS"]);

const REFUSED = {
  requests_exceeded: "RequestsRefused",
  tokens_exceeded: "TokensRefused",
  budget_exceeded: "BudgetRefused",
  concurrency_exceeded: "ConcurrencyRefused",
};

const refusesWithoutTable = ({ mode, when_unavailable: wanted, usd_per_month: money }) =>
  mode !== "count" && (wanted ?? (money === undefined ? "allow" : "refuse")) === "refuse";

function highest(needs) {
  const known = needs.filter(Boolean);
  return { tokens: Math.max(...known.map(({ tokens }) => tokens)), nanoUsd: Math.max(...known.map(({ nanoUsd }) => nanoUsd)) };
}

// A quarter of each limit, since many functions may be without the table at once.
function quartered(limit) {
  const scaled = { ...limit };
  for (const kind of ["requests_per_minute", "tokens_per_minute", "tokens_per_day", "concurrent_requests"]) {
    if (limit[kind] !== undefined) scaled[kind] = Math.max(1, Math.floor(limit[kind] / 4));
  }
  if (limit.usd_per_month !== undefined) scaled.usd_per_month = limit.usd_per_month / 4;
  return scaled;
}

// A request that fits into the whole limit may not fit into a quarter of it. Then it uses the whole quarter.
function fitted(limits, milliseconds, need) {
  return placed(limits, milliseconds, need).map((limit) => {
    const most = limit.ceiling - limit.floor;
    return limit.cost > most ? { ...limit, cost: most } : limit;
  });
}

const leastOf = ({ ceiling, cost, excess }) => excess + ceiling - cost;

// For a Bedrock route its own model, for a model server the one that the body names.
function modelOf({ body }, backend) {
  if (backend.model_id) return backend.model_id;
  return typeof body?.model === "string" ? body.model : undefined;
}

// Each item, and the limits of this request in it: a caller's own items before those that callers share.
function setsOf(configuration, event, model) {
  const plan = planOf(configuration, event);
  const sets = new Map();
  const covering = configuration.limits.filter((limit) => covers(limit, model, plan));
  for (const limit of covering.sort((one, other) => shared(one) - shared(other))) {
    const { id, part } = placeOf(limit, event);
    if (!sets.has(id)) sets.set(id, []);
    sets.get(id).push(part);
  }
  return sets;
}

const shared = ({ by }) => (by.includes("all") ? 1 : 0);

function covers({ plan, models }, model, planOfCaller) {
  if (plan !== undefined && plan !== planOfCaller) return false;
  // The limits of every model apply to a request that does not name its model.
  return models === undefined || model === undefined || models.some((pattern) => matches(pattern, model));
}

// Some servers ignore case, Ollama among them. review/layers/token_layer.py does the same.
function matches(pattern, model) {
  const [limited, named] = [pattern, model].map((name) => name.trim().toLowerCase());
  return limited.endsWith("*") ? named.startsWith(limited.slice(0, -1)) : named === limited;
}

// A key that Terraform did not create, or no key, is in no plan that this function knows. The settings define what
// applies then.
const planOf = ({ plans }, { requestContext }) => plans.get(requestContext?.identity?.apiKeyId) ?? "";

function placeOf(limit, event) {
  // Requests that lack a part of the identity share one item, so that no caller avoids a limit by leaving it out.
  const id = itemOf(limit.by, event) ?? `${limit.by.join("+")}#none`;
  if (!(limit.shards > 1)) return { id, part: limit };
  const part = { ...limit };
  for (const kind of ["requests_per_minute", "tokens_per_minute", "tokens_per_day", "concurrent_requests"]) {
    if (limit[kind] !== undefined) part[kind] = Math.max(1, Math.floor(limit[kind] / limit.shards));
  }
  if (limit.usd_per_month !== undefined) part.usd_per_month = limit.usd_per_month / limit.shards;
  return { id: `${id}/${Math.floor(Math.random() * limit.shards)}`, part };
}

function aboutOf(configuration, { requestContext }, model) {
  const key = requestContext?.identity?.apiKeyId;
  return {
    requestId: requestContext?.requestId,
    caller: key === undefined ? undefined : hashed(JSON.stringify([String(key)])),
    plan: planOf(configuration, { requestContext }) || undefined,
    // The caller wrote it. A long one would make a line that CloudWatch takes no metrics from.
    model: model?.slice(0, LONGEST_MODEL),
  };
}

// An embedding has no output to reserve.
function generatesText({ path }, backend) {
  return !(path.endsWith("/embeddings") || path.endsWith("/embed") || backend.model_id?.includes("embed"));
}

// The path by which a server knows what is asked, which may be another than the route's. InvokeModel has none.
function pathAtModel(request, { url, model_id: model }) {
  if (model) return "";
  let path = request.path;
  try {
    if (url) path = new URL(address(url, request)).pathname;
  } catch {
    // What cannot be an address is not called either: the call says so.
  }
  return path.replace(/\/+$/, "");
}

// OpenAI's streams say what they used only if the request asks for it; the event that nobody asked for is taken out.
function withUsage(request, backend) {
  const { body } = request;
  const completes = [request.path, pathAtModel(request, backend)].some((path) => /\/(chat\/)?completions$/.test(path));
  const asks = completes && isTrue(body?.stream) && body.stream_options?.include_usage !== true;
  if (!asks) return { sent: request, hides: false };
  try {
    return { sent: { ...request, bytes: askingForUsage(request) }, hides: true };
  } catch (error) {
    // Nested deeper than a function can follow: then the text that passes counts.
    if (!(error instanceof RangeError)) throw error;
    return { sent: request, hides: false };
  }
}

// Servers in Python read words and 1 as true too, vLLM among them:
// https://docs.pydantic.dev/latest/api/standard_library_types/#booleans, read 2026-11.
const isTrue = (value) => /^(true|t|yes|y|on|1)$/i.test(String(value));

// Put in front of what the caller wrote, which stays as it is if it has no such options.
function askingForUsage({ body, bytes }) {
  const options = { ...body.stream_options, include_usage: true };
  if (body.stream_options !== undefined) return written(bytes, (said) => ({ ...said, stream_options: options }));
  return Buffer.from(bytes.toString("utf8").replace("{", `{"stream_options": ${JSON.stringify(options)}, `));
}

const isEvents = (contentType) => contentType.includes("event-stream");
const isLines = (contentType) => contentType.includes("ndjson");

const passing = { push: (chunk) => [chunk], end: () => [] };

// Reads the usage from the bytes that pass, whatever the format of the response.
function reading(contentType, reader, hides) {
  if (!isEvents(contentType) && !isLines(contentType)) return wholeDocument(reader);
  const events = new Events({ lines: isLines(contentType) });
  const shown = ({ bytes, document }) => {
    reader.see(document);
    const extra = hides && Array.isArray(document?.choices) && document.choices.length === 0 && document.usage;
    return extra ? [] : [bytes];
  };
  return { push: (chunk) => events.push(chunk).flatMap(shown), end: () => events.end().flatMap(shown) };
}

function wholeDocument(reader) {
  const kept = [];
  let size = 0;
  return {
    push(chunk) {
      size += chunk.length;
      if (size <= LARGEST_DOCUMENT) kept.push(chunk);
      return [chunk];
    },
    end() {
      if (size <= LARGEST_DOCUMENT) reader.see(jsonIn(Buffer.concat(kept)));
      return [];
    },
  };
}
