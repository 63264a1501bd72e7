// Driver of @confluentinc/kafka-javascript: librdkafka below. Consumers and producers by its callback API, most of the
// administration by the one that follows kafkajs.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import kafka from '@confluentinc/kafka-javascript';
import { Inbox, serve, sorted, text, Unsupported } from '../drivers/serve.mjs';

const { AdminClient, CODES, ConsumerGroupStates, KafkaConsumer, KafkaJS, librdkafkaVersion, Producer } = kafka;
const { version } = JSON.parse(readFileSync(new URL('node_modules/@confluentinc/kafka-javascript/package.json', import.meta.url), 'utf8'));
const settings = { 'bootstrap.servers': process.argv[2], 'client.id': 'confluent-javascript', 'log_level': 3 };
const CALL_TIMEOUT_MS = 10_000;
const POLL_MS = 50;

const admin = new KafkaJS.Kafka({ kafkaJS: { brokers: [process.argv[2]], logLevel: KafkaJS.logLevel.ERROR } }).admin();
await admin.connect();

const connected = async (client) => {
  client.on('event.error', (error) => process.stderr.write(`${error.message}\n`));
  client.connect({ timeout: CALL_TIMEOUT_MS }, () => {});
  await once(client, 'ready');
  return client;
};

const producers = new Map();

const producer = async (codec, acks, idempotent) => {
  const key = `${codec} ${acks} ${idempotent}`;
  if (!producers.has(key)) {
    const chosen = { 'compression.codec': codec, acks, 'enable.idempotence': idempotent, 'linger.ms': 20, dr_cb: true };
    const created = await connected(new Producer({ ...settings, ...chosen }));
    created.setPollInterval(10);
    producers.set(key, created);
  }
  return producers.get(key);
};

const bytes = (string) => {
  if (string === '') throw new Unsupported('an empty buffer is sent as null');
  return string === null ? null : Buffer.from(string);
};

const produce = async ({ topic, partition, codec, acks, idempotent, records }) => {
  const client = await producer(codec, acks, idempotent);
  const messages = records.map(({ key, value, ...others }) => ({ ...others, key: bytes(key), value: bytes(value) }));
  const offsets = records.map(() => -1);
  await new Promise((resolve, reject) => {
    let left = records.length;
    const delivered = (error, report) => {
      if (error) reject(error);
      else offsets[report.opaque] = report.offset;
      left -= 1;
      if (left > 0) return;
      client.removeListener('delivery-report', delivered);
      resolve();
    };
    client.on('delivery-report', delivered);
    for (const [at, { key, value, headers, timestamp }] of messages.entries()) {
      const named = headers.map(([name, header]) => ({ [name]: header }));
      client.produce(topic, partition, value, key, timestamp, at, named);
    }
  });
  return { offsets: acks === 0 ? records.map(() => -1) : offsets };
};

const record = ({ topic, partition, offset, timestamp, key, value, headers = [] }) => ({
  topic,
  partition,
  offset,
  timestamp,
  key: text(key),
  value: text(value),
  headers: headers.flatMap((header) => Object.entries(header).map(([name, each]) => [name, text(each)])),
});

const consumers = new Map();

const start = async (name, chosen, reset) => {
  const inbox = new Inbox();
  const conf = { ...settings, 'enable.auto.commit': false, 'fetch.wait.max.ms': 100, rebalance_cb: true, ...chosen };
  const client = new KafkaConsumer(conf, { 'auto.offset.reset': reset });
  client.on('rebalance', ({ code }, partitions) => {
    if (code !== CODES.ERRORS.ERR__REVOKE_PARTITIONS) return;
    for (const { topic, partition } of partitions) inbox.drop(topic, partition);
  });
  await connected(client);
  client.setDefaultConsumeTimeout(POLL_MS);
  const self = {
    client,
    inbox,
    consume: async (count) => {
      for (const message of await promisify(client.consume.bind(client))(count)) inbox.push(record(message));
    },
  };
  consumers.set(name, self);
  return self;
};

const startOffset = async (client, topic, partition, { at, offset, timestamp }) => {
  if (offset !== undefined) return offset;
  if (timestamp !== undefined) {
    const asked = [{ topic, partition, offset: timestamp }];
    return (await promisify(client.offsetsForTimes.bind(client))(asked, CALL_TIMEOUT_MS))[0].offset;
  }
  const { lowOffset, highOffset } = await promisify(client.queryWatermarkOffsets.bind(client))(topic, partition, CALL_TIMEOUT_MS);
  return at === 'earliest' ? lowOffset : highOffset;
};

const committed = async (groupId, topic) => {
  const [{ partitions }] = await admin.fetchOffsets({ groupId, topics: [topic] });
  return new Map(partitions.map(({ partition, offset }) => [partition, Number(offset)]));
};

/** STABLE, PREPARING_REBALANCE: in Kafka's words. */
const stateOf = (state) => {
  const [word] = Object.entries(ConsumerGroupStates).find(([, number]) => number === state);
  return word.toLowerCase().replaceAll(/(?:^|_)(\w)/g, (_, letter) => letter.toUpperCase());
};

const operations = {
  hello: () => ({
    client: '@confluentinc/kafka-javascript',
    version: `${version}, librdkafka ${librdkafkaVersion}`,
  }),
  produce,

  open: async ({ consumer, topic, partition, from }) => {
    const { client } = await start(consumer, { 'group.id': `reader-${randomUUID()}` }, 'earliest');
    client.assign([{ topic, partition, offset: await startOffset(client, topic, partition, from) }]);
  },

  join: async ({ consumer, group, topics, assignor, instanceId, reset, sessionMs }) => {
    const chosen = {
      'group.id': group,
      'session.timeout.ms': sessionMs,
      'heartbeat.interval.ms': sessionMs / 10,
      ...(assignor === null ? {} : { 'partition.assignment.strategy': assignor }),
      ...(instanceId === null ? {} : { 'group.instance.id': instanceId }),
    };
    const { client } = await start(consumer, chosen, reset);
    client.subscribe(topics);
  },

  assignment: async ({ consumer }) => {
    const { client, consume } = consumers.get(consumer);
    await consume(1);
    return { partitions: sorted(client.assignments().map(({ topic, partition }) => [topic, partition])) };
  },

  poll: async ({ consumer, count, timeoutMs }) => {
    const { inbox, consume } = consumers.get(consumer);
    const deadline = Date.now() + timeoutMs;
    const records = inbox.takeNow(count);
    while (records.length < count && Date.now() < deadline) {
      await consume(count - records.length);
      records.push(...inbox.takeNow(count - records.length));
    }
    return { records };
  },

  commit: ({ consumer }) => {
    const { client, inbox } = consumers.get(consumer);
    client.commitSync([...inbox.positions.values()]);
  },

  seek: async ({ consumer, topic, partition, offset }) => {
    const { client, inbox } = consumers.get(consumer);
    await promisify(client.seek.bind(client))({ topic, partition, offset }, CALL_TIMEOUT_MS);
    inbox.drop(topic, partition);
  },

  pause: ({ consumer, topic, partition }) => {
    const { client, inbox } = consumers.get(consumer);
    client.pause([{ topic, partition }]);
    inbox.pause(topic, partition);
  },

  resume: ({ consumer, topic, partition }) => {
    const { client, inbox } = consumers.get(consumer);
    client.resume([{ topic, partition }]);
    inbox.resume(topic, partition);
  },

  close: async ({ consumer }) => {
    const { client } = consumers.get(consumer);
    consumers.delete(consumer);
    await promisify(client.disconnect.bind(client))();
  },

  committed: async ({ group, topic, partition }) => ({ offset: (await committed(group, topic)).get(partition) ?? -1 }),

  createTopic: async ({ topic, partitions, configs }) => {
    const configEntries = Object.entries(configs).map(([name, value]) => ({ name, value }));
    await admin.createTopics({ topics: [{ topic, numPartitions: partitions, replicationFactor: 1, configEntries }] });
  },

  describeTopic: async ({ topic }) => {
    const [{ partitions }] = await admin.fetchTopicMetadata({ topics: [topic] });
    const described = partitions.map(({ partitionId, leader, replicas, isr }) => ({
      partition: partitionId,
      leader,
      replicas,
      isr,
    }));
    return { partitions: described };
  },

  createPartitions: async ({ topic, total }) => {
    const client = AdminClient.create(settings);
    await promisify(client.createPartitions.bind(client))(topic, total, CALL_TIMEOUT_MS);
    client.disconnect();
  },

  deleteRecords: async ({ topic, partition, before }) => {
    const [{ lowWatermark }] = await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(before) }] });
    return { lowWatermark: Number(lowWatermark) };
  },

  deleteTopic: ({ topic }) => admin.deleteTopics({ topics: [topic] }),

  listGroups: async () => ({ groups: (await admin.listGroups()).groups.map(({ groupId }) => groupId) }),

  describeGroup: async ({ group }) => {
    const { groups } = await admin.describeGroups([group]);
    const members = groups[0].members.map(({ clientId, groupInstanceId, assignment }) => ({
      clientId,
      instanceId: groupInstanceId ?? null,
      assignment: sorted(assignment.topicPartitions.map(({ topic, partition }) => [topic, partition])),
    }));
    return { state: stateOf(groups[0].state), members };
  },

  deleteGroup: async ({ group }) => {
    await admin.deleteGroups([group]);
  },

  lag: async ({ group, topic }) => {
    const offsets = await committed(group, topic);
    const ends = await admin.fetchTopicOffsets(topic);
    return { partitions: Object.fromEntries(ends.map(({ partition, high }) => [partition, Number(high) - offsets.get(partition)])) };
  },
};

await serve(operations, async () => {
  for (const { client } of consumers.values()) await promisify(client.disconnect.bind(client))();
  for (const client of producers.values()) await promisify(client.disconnect.bind(client))();
  await admin.disconnect();
});
