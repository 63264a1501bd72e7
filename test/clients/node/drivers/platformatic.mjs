// Driver of @platformatic/kafka. A stream of it always belongs to a group: reading from a position is a group of its own.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  Admin,
  ConfigResourceTypes,
  Consumer,
  IncrementalAlterConfigOperationTypes,
  ListOffsetTimestamps,
  Producer,
} from '@platformatic/kafka';
import { Inbox, serve, sorted, text, Unsupported } from './serve.mjs';

const packageFile = new URL('../node_modules/@platformatic/kafka/package.json', import.meta.url);
const { version } = JSON.parse(readFileSync(packageFile, 'utf8'));
const address = { clientId: 'platformatic', bootstrapBrokers: [process.argv[2]] };
const admin = new Admin(address);
const producer = new Producer(address);
const idempotentProducer = new Producer({ ...address, idempotent: true });

/** Kafka's words for the state of a group, which the library writes in its own way. */
const stateOf = (state) => state.toLowerCase().replaceAll(/(?:^|_)(\w)/g, (_, letter) => letter.toUpperCase());

const record = ({ topic, partition, offset, timestamp, key, value, headers }) => ({
  topic,
  partition,
  offset: Number(offset),
  timestamp: Number(timestamp),
  key: text(key),
  value: text(value),
  headers: [...headers].map(([name, header]) => [text(name), text(header)]),
});

const consumers = new Map();

const isAssigned = (consumer, topic, partition) =>
  (consumer.assignments ?? []).some((each) => each.topic === topic && each.partitions.includes(partition));

const times = (sessionTimeout) => ({
  sessionTimeout,
  rebalanceTimeout: Math.max(sessionTimeout, 10_000),
  heartbeatInterval: sessionTimeout / 10,
});

const start = (name, group, consuming) => {
  const consumer = new Consumer({ ...address, ...group, maxWaitTime: 100 });
  const self = { consumer, inbox: new Inbox(), stream: undefined };
  consumers.set(name, self);
  consumer.on('consumer:group:join', () => {
    // What another member reads from now on.
    for (const { topic, partition } of self.inbox.positions.values())
      if (!isAssigned(consumer, topic, partition)) self.inbox.drop(topic, partition);
  });
  self.started = consumer.consume({ ...consuming, autocommit: false }).then((stream) => {
    self.stream = stream;
    stream.on('data', (message) => self.inbox.push(record(message)));
    stream.on('error', (error) => process.stderr.write(`${name}: ${error.stack}\n`));
    return stream;
  });
  return self;
};

const listOffsets = async (topic, partition, timestamp) => {
  const [{ partitions }] = await admin.listOffsets({
    topics: [{ name: topic, partitions: [{ partitionIndex: partition, timestamp }] }],
  });
  return Number(partitions[0].offset);
};

const partitionsOf = async (topic) => {
  const { topics } = await admin.metadata({ topics: [topic], forceUpdate: true });
  return topics.get(topic).partitions;
};

const committed = async (group, topic, partitions) => {
  const [found] = await admin.listConsumerGroupOffsets({
    groups: [{ groupId: group, topics: [{ name: topic, partitionIndexes: partitions }] }],
  });
  return new Map(found.topics[0].partitions.map(({ partitionIndex, committedOffset }) => [partitionIndex, Number(committedOffset)]));
};

const entries = (configs) => Object.entries(configs).map(([name, value]) => ({ name, value }));

const operations = {
  hello: () => ({ client: '@platformatic/kafka', version }),

  produce: async ({ topic, partition, codec, acks, idempotent, records }) => {
    if (codec === 'zstd') throw new Unsupported('compresses with Node, whose zstd comes with 22.15');
    const messages = records.map(({ key, value, headers, timestamp }) => ({
      topic,
      key: key === null ? undefined : Buffer.from(key),
      value: value === null ? undefined : Buffer.from(value),
      headers: new Map(headers.map(([name, header]) => [Buffer.from(name), Buffer.from(header)])),
      ...(partition === null ? {} : { partition }),
      ...(timestamp === null ? {} : { timestamp: BigInt(timestamp) }),
    }));
    const { offsets } = await (idempotent ? idempotentProducer : producer).send({ messages, acks, compression: codec });
    const base = partition === null ? undefined : offsets?.[0]?.offset;
    return { offsets: records.map((_, at) => (base === undefined ? -1 : Number(base) + at)) };
  },

  open: async ({ consumer, topic, partition, from }) => {
    const offset = from.timestamp === undefined ? from.offset : await listOffsets(topic, partition, BigInt(from.timestamp));
    const position =
      offset === undefined ? { mode: from.at } : { mode: 'manual', offsets: [{ topic, partition, offset: BigInt(offset) }] };
    const { started } = start(consumer, { groupId: `reader-${randomUUID()}`, ...times(20_000) }, { topics: [topic], ...position });
    const stream = await started;
    if (!stream.offsetsToFetch.has(`${topic}:${partition}`)) await once(stream, 'offsets');
  },

  join: ({ consumer, group, topics, assignor, instanceId, reset, sessionMs }) => {
    if (assignor !== null && assignor !== 'roundrobin') throw new Unsupported(`no assignor ${assignor}, only round robin`);
    const membership = { groupId: group, ...times(sessionMs), ...(instanceId === null ? {} : { groupInstanceId: instanceId }) };
    start(consumer, membership, { topics, mode: 'committed', fallbackMode: reset }).started.catch((error) =>
      process.stderr.write(`${consumer}: ${error.stack}\n`),
    );
  },

  assignment: ({ consumer }) => {
    const { consumer: client } = consumers.get(consumer);
    const assigned = client.isActive() ? (client.assignments ?? []) : [];
    return { partitions: sorted(assigned.flatMap(({ topic, partitions }) => partitions.map((each) => [topic, each]))) };
  },

  poll: async ({ consumer, count, timeoutMs }) => ({ records: await consumers.get(consumer).inbox.take(count, timeoutMs) }),

  commit: async ({ consumer }) => {
    const { consumer: client, inbox } = consumers.get(consumer);
    const offsets = [...inbox.positions.values()].map((each) => ({ ...each, offset: BigInt(each.offset), leaderEpoch: -1 }));
    await client.commit({ offsets });
  },

  close: async ({ consumer }) => {
    const { consumer: client } = consumers.get(consumer);
    consumers.delete(consumer);
    await client.close(true);
  },

  committed: async ({ group, topic, partition }) => ({
    offset: (await committed(group, topic, [partition])).get(partition) ?? -1,
  }),

  createTopic: async ({ topic, partitions, configs }) => {
    await admin.createTopics({ topics: [topic], partitions, replicas: 1, configs: entries(configs) });
  },

  describeTopic: async ({ topic }) => ({
    partitions: (await partitionsOf(topic)).map(({ leader, replicas, isr }, partition) => ({ partition, leader, replicas, isr })),
  }),

  describeConfigs: async ({ topic }) => {
    const [{ configs }] = await admin.describeConfigs({
      resources: [{ resourceType: ConfigResourceTypes.TOPIC, resourceName: topic, configurationKeys: null }],
    });
    return { configs: Object.fromEntries(configs.map(({ name, value }) => [name, value])) };
  },

  alterConfigs: async ({ topic, configs }) => {
    const changes = entries(configs).map((each) => ({ ...each, configOperation: IncrementalAlterConfigOperationTypes.SET }));
    await admin.incrementalAlterConfigs({
      resources: [{ resourceType: ConfigResourceTypes.TOPIC, resourceName: topic, configs: changes }],
    });
  },

  createPartitions: ({ topic, total }) => admin.createPartitions({ topics: [{ name: topic, count: total }] }),

  deleteRecords: async ({ topic, partition, before }) => {
    const [{ partitions }] = await admin.deleteRecords({
      topics: [{ name: topic, partitions: [{ partition, offset: BigInt(before) }] }],
    });
    return { lowWatermark: Number(partitions[0].lowWatermark) };
  },

  deleteTopic: ({ topic }) => admin.deleteTopics({ topics: [topic] }),

  listGroups: async () => ({ groups: [...(await admin.listGroups()).keys()] }),

  describeGroup: async ({ group }) => {
    const { state, members } = (await admin.describeGroups({ groups: [group] })).get(group);
    const described = [...members.values()].map(({ clientId, groupInstanceId, assignments }) => ({
      clientId,
      instanceId: groupInstanceId,
      assignment: sorted(
        [...(assignments ?? new Map()).values()].flatMap(({ topic, partitions }) => partitions.map((each) => [topic, each])),
      ),
    }));
    return { state: stateOf(state), members: described };
  },

  deleteGroup: ({ group }) => admin.deleteGroups({ groups: [group] }),

  lag: async ({ group, topic }) => {
    const indexes = [...(await partitionsOf(topic)).keys()];
    const offsets = await committed(group, topic, indexes);
    const lags = {};
    for (const partition of indexes)
      lags[partition] = (await listOffsets(topic, partition, ListOffsetTimestamps.LATEST)) - offsets.get(partition);
    return { partitions: lags };
  },
};

await serve(operations, async () => {
  for (const { consumer } of consumers.values()) await consumer.close(true);
  await Promise.all([admin.close(), producer.close(), idempotentProducer.close()]);
});
