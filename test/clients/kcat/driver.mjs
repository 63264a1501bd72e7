// Driver of kcat: every operation is a command line of it. A consumer is a kcat that runs until it is closed.
import { execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Inbox, serve, sorted, Unsupported } from '../node/drivers/serve.mjs';

const bootstrap = process.argv[2];

/** Dies with this process, however that ends: a member that was killed must not live on as an orphan. */
const launch = (args) =>
  spawn('setpriv', ['--pdeathsig', 'KILL', 'kcat', '-b', bootstrap, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });

const ended = (child) => new Promise((resolve) => child.once('close', resolve));

const run = async (args, input = '') => {
  const child = launch(args);
  const output = [];
  let errors = '';
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => (errors += chunk));
  child.stdin.end(input);
  const code = await ended(child);
  if (code !== 0) throw Object.assign(new Error(errors.trim()), { code: `exit ${code}` });
  return Buffer.concat(output).toString();
};

const settings = (values) => Object.entries(values).flatMap(([key, value]) => ['-X', `${key}=${value}`]);

// Between a key and its value, and after a record: bytes that no text holds.
const KEY_END = '\x01';
const RECORD_END = '\x02';

/** What one run of kcat gives to all of its records: headers, a key or none, and whether what is empty stands for null. */
const shape = ({ key, value, headers }) => JSON.stringify([headers, key !== null, value === null]);

const runsOf = (records) => {
  const runs = [];
  for (const record of records) {
    if (runs.length > 0 && shape(runs.at(-1)[0]) === shape(record)) runs.at(-1).push(record);
    else runs.push([record]);
  }
  return runs;
};

const produce = async ({ topic, partition, codec, acks, idempotent, records }) => {
  if (records.some(({ timestamp }) => timestamp !== null)) throw new Unsupported('it cannot set the time of a record');
  for (const same of runsOf(records)) {
    const [{ key, value, headers }] = same;
    const args = [
      ...['-P', '-t', topic, '-z', codec, '-D', RECORD_END],
      ...(partition === null ? [] : ['-p', String(partition)]),
      ...settings({ acks, 'enable.idempotence': idempotent }),
      ...(key === null ? [] : ['-K', KEY_END]),
      ...(value === null ? ['-Z'] : []),
      ...headers.flatMap(([name, header]) => ['-H', `${name}=${header}`]),
    ];
    const texts = same.map((record) => `${record.key === null ? '' : `${record.key}${KEY_END}`}${record.value ?? ''}`);
    await run(args, texts.map((each) => `${each}${RECORD_END}`).join(''));
  }
  return { offsets: records.map(() => -1) };
};

const consumers = new Map();

/** A kcat that prints records as JSON, and on standard error what happens to its assignment. */
const consume = (name, args) => {
  const child = launch([...args, '-u', '-J', '-X', 'fetch.wait.max.ms=100']);
  const self = { child, inbox: new Inbox(), assignment: [], end: ended(child), notices: [], wake: () => {} };
  consumers.set(name, self);
  createInterface({ input: child.stdout }).on('line', (line) => self.inbox.push(record(JSON.parse(line))));
  createInterface({ input: child.stderr }).on('line', (line) => {
    process.stderr.write(`${name}: ${line}\n`);
    rebalanced(self, line);
    self.notices.push(line);
    self.wake();
  });
  return self;
};

const record = ({ topic, partition, offset, ts, key, payload, headers = [] }) => ({
  topic,
  partition,
  offset,
  timestamp: ts,
  key,
  value: payload,
  headers: Array.from({ length: headers.length / 2 }, (_, at) => [headers[2 * at], headers[2 * at + 1]]),
});

/**
 * Eager members: `% Group g rebalanced (memberid m): assigned: t [0], t [1]`, or revoked; cooperative ones: `% Group g rebalanced:
 * incremental assignment of 2 partition(s) (memberid m, COOPERATIVE rebalance protocol): t [0], t [1]`, or revoke.
 */
const rebalanced = (self, line) => {
  if (!/^% Group \S+ rebalanced/.test(line)) return;
  const named = [...line.matchAll(/(\S+) \[(\d+)\]/g)].map(([, topic, partition]) => [topic, Number(partition)]);
  const isNamed = ([topic, partition]) => named.some(([t, p]) => t === topic && p === partition);
  const others = self.assignment.filter((each) => !isNamed(each));
  const gained = /incremental assignment|: assigned:/.test(line);
  self.assignment = gained ? [...others, ...named] : others;
  if (!gained) for (const [topic, partition] of named) self.inbox.drop(topic, partition);
};

const NOTICE_TIMEOUT_MS = 20_000;

/** Waits until kcat has said so on standard error. */
const noticed = async (self, pattern) => {
  const deadline = Date.now() + NOTICE_TIMEOUT_MS;
  while (!self.notices.some((line) => pattern.test(line))) {
    if (Date.now() > deadline) throw new Error(`kcat did not say ${pattern}`);
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, NOTICE_TIMEOUT_MS);
      self.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
};

const startArgument = ({ at, offset, timestamp }) => {
  if (at !== undefined) return at === 'earliest' ? 'beginning' : 'end';
  return offset === undefined ? `s@${timestamp}` : String(offset);
};

const stop = async ({ child, end }) => {
  child.kill('SIGTERM');
  await end;
};

const version = () => {
  const text = execFileSync('kcat', ['-V']).toString();
  return `${/Version (\S+)/.exec(text)[1]}, librdkafka ${/librdkafka (\S+)/.exec(text)[1]}`;
};

const operations = {
  hello: () => ({ client: 'kcat', version: version() }),
  produce,

  open: async ({ consumer, topic, partition, from }) => {
    const self = consume(consumer, ['-C', '-t', topic, '-p', String(partition), '-o', startArgument(from)]);
    // Elsewhere the position does not depend on when it is found.
    if (from.at === 'latest') await noticed(self, /^% Reached end of topic/);
  },

  join: ({ consumer, group, topics, assignor, instanceId, reset, sessionMs }) => {
    const chosen = {
      'session.timeout.ms': sessionMs,
      'heartbeat.interval.ms': sessionMs / 10,
      'auto.offset.reset': reset,
      'enable.auto.commit': false,
      ...(assignor === null ? {} : { 'partition.assignment.strategy': assignor }),
      ...(instanceId === null ? {} : { 'group.instance.id': instanceId }),
    };
    consume(consumer, [...settings(chosen), '-G', group, ...topics]);
  },

  assignment: ({ consumer }) => ({ partitions: sorted(consumers.get(consumer).assignment) }),
  poll: async ({ consumer, count, timeoutMs }) => ({ records: await consumers.get(consumer).inbox.take(count, timeoutMs) }),

  close: async ({ consumer }) => {
    const self = consumers.get(consumer);
    consumers.delete(consumer);
    await stop(self);
  },

  describeTopic: async ({ topic }) => {
    const { topics } = JSON.parse(await run(['-L', '-J', '-t', topic]));
    const ids = (brokers) => brokers.map(({ id }) => id);
    const partitions = topics[0].partitions.map(({ partition, leader, replicas, isrs }) => ({
      partition,
      leader,
      replicas: ids(replicas),
      isr: ids(isrs),
    }));
    return { partitions };
  },
};

await serve(operations, async () => {
  for (const self of consumers.values()) await stop(self);
});
