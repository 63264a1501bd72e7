// The driver protocol of test/conformance/clients/driver.ts for clients that run in Node: one request a line, one answer a line, in order.
import { createInterface } from 'node:readline';

/** Thrown by an operation that the library does not offer. */
export class Unsupported extends Error {}

/** Serves until standard input ends, then calls `close` and exits. */
export const serve = async (operations, close) => {
  for await (const line of createInterface({ input: process.stdin })) {
    const { id, op, ...request } = JSON.parse(line);
    process.stdout.write(`${JSON.stringify({ id, ...(await answer(operations, op, request)) })}\n`);
  }
  await close();
  process.exit(0);
};

const answer = async (operations, op, request) => {
  try {
    if (operations[op] === undefined) throw new Unsupported(`${op} is not offered`);
    return { ok: (await operations[op](request)) ?? {} };
  } catch (error) {
    if (error instanceof Unsupported) return { unsupported: error.message };
    process.stderr.write(`${op} ${JSON.stringify(request)}: ${error.stack}\n`);
    return { error: { code: String(error.type ?? error.code ?? error.name), message: error.message } };
  }
};

export const text = (data) => (data === null || data === undefined ? null : Buffer.from(data).toString());

/**
 * What a client that pushes has delivered and `poll` has not handed out yet.
 *
 * Records of paused partitions stay in it. `positions` are the offsets behind what was handed out.
 */
export class Inbox {
  #records = [];
  #paused = new Set();
  #wake = () => {};
  positions = new Map();

  push(record) {
    this.#records.push(record);
    this.#wake();
  }

  /** Forgets what was not handed out: of one partition, or all with the positions. */
  drop(topic, partition) {
    const all = topic === undefined;
    this.#records = all ? [] : this.#records.filter((record) => keyOf(record.topic, record.partition) !== keyOf(topic, partition));
    if (all) this.positions.clear();
  }

  pause(topic, partition) {
    this.#paused.add(keyOf(topic, partition));
  }

  resume(topic, partition) {
    this.#paused.delete(keyOf(topic, partition));
    this.#wake();
  }

  async take(count, timeoutMs) {
    const deadline = Date.now() + timeoutMs;
    while (this.#ready().length < count && Date.now() < deadline) await this.#change(deadline - Date.now());
    return this.takeNow(count);
  }

  takeNow(count) {
    const taken = this.#ready().slice(0, count);
    this.#records = this.#records.filter((record) => !taken.includes(record));
    for (const { topic, partition, offset } of taken)
      this.positions.set(keyOf(topic, partition), { topic, partition, offset: offset + 1 });
    return taken;
  }

  #ready() {
    return this.#records.filter(({ topic, partition }) => !this.#paused.has(keyOf(topic, partition)));
  }

  #change(timeoutMs) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

const keyOf = (topic, partition) => `${topic} ${partition}`;

/** Pairs of topic and partition in order. */
export const sorted = (pairs) => pairs.toSorted(([a, p], [b, q]) => (a < b ? -1 : a > b ? 1 : p - q));
