// Driver of kafkajs. It has no consumer without a group: reading from a position is a group of its own and a seek, as its manual says.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import kafkajs from 'kafkajs';
import { codecTypes } from '../kafkajs-codecs.mjs';
import { Inbox, serve, sorted, text, Unsupported } from './serve.mjs';

const { AssignerProtocol, ConfigResourceTypes, Kafka, logLevel } = kafkajs;

const { version } = JSON.parse(readFileSync(createRequire(import.meta.url).resolve('kafkajs/package.json'), 'utf8'));
const kafka = new Kafka({ brokers: [process.argv[2]], logLevel: logLevel.ERROR });
const admin = kafka.admin();
await admin.connect();

const producers = new Map();
const producer = async (idempotent) => {
  if (!producers.has(idempotent)) {
    const created = kafka.producer(idempotent ? { idempotent, maxInFlightRequests: 1 } : {});
    await created.connect();
    producers.set(idempotent, created);
  }
  return producers.get(idempotent);
};

const headersOf = (pairs) => {
  const headers = {};
  for (const [name, value] of pairs) headers[name] = name in headers ? [headers[name], value].flat() : value;
  return headers;
};

const record = ({ topic, partition, message }) => ({
  topic,
  partition,
  offset: Number(message.offset),
  timestamp: Number(message.timestamp),
  key: text(message.key),
  value: text(message.value),
  headers: Object.entries(message.headers).flatMap(([name, values]) => [values].flat().map((value) => [name, text(value)])),
});

const consumers = new Map();

const PARTITIONS_AT_ONCE = 8;

const start = async (name, { groupId, topics, fromBeginning, sessionTimeout, wanted = () => true }) => {
  const consumer = kafka.consumer({
    groupId,
    sessionTimeout,
    heartbeatInterval: sessionTimeout / 10,
    rebalanceTimeout: 10_000,
    maxWaitTimeInMs: 100,
  });
  const self = { consumer, inbox: new Inbox(), assignment: [] };
  consumers.set(name, self);
  consumer.on(consumer.events.REBALANCING, () => (self.assignment = []));
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    // Reading begins again behind what was committed.
    self.inbox.drop();
    self.assignment = Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
      partitions.map((partition) => [topic, partition]),
    );
  });
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning });
  const eachMessage = async (delivered) => {
    if (wanted(delivered)) self.inbox.push(record(delivered));
  };
  consumer
    .run({ autoCommit: false, partitionsConsumedConcurrently: PARTITIONS_AT_ONCE, eachMessage })
    .catch((error) => process.stderr.write(`${name}: ${error.stack}\n`));
  return self;
};

const seek = ({ consumer, inbox }, topic, partition, offset) => {
  consumer.seek({ topic, partition, offset: String(offset) });
  inbox.drop(topic, partition);
};

const ends = async (topic) => new Map((await admin.fetchTopicOffsets(topic)).map((each) => [each.partition, each]));

const startOffset = async (topic, partition, from) => {
  if (from.offset !== undefined) return from.offset;
  const offsets =
    from.timestamp === undefined ? await ends(topic) : await admin.fetchTopicOffsetsByTimestamp(topic, from.timestamp);
  const { low, high, offset } = [...offsets.values()].find((each) => each.partition === partition);
  return Number(offset === undefined || from.at === 'latest' ? high : from.at === 'earliest' ? low : offset);
};

const committed = async (groupId, topic) => {
  const [{ partitions }] = await admin.fetchOffsets({ groupId, topics: [topic] });
  return new Map(partitions.map(({ partition, offset }) => [partition, Number(offset)]));
};

const operations = {
  hello: () => ({ client: 'kafkajs', version }),

  produce: async ({ topic, partition, codec, acks, idempotent, records }) => {
    if (codecTypes[codec] === undefined) throw new Unsupported(`no codec ${codec}`);
    const messages = records.map(({ key, value, headers, timestamp }) => ({
      key,
      value,
      headers: headersOf(headers),
      ...(partition === null ? {} : { partition }),
      ...(timestamp === null ? {} : { timestamp: String(timestamp) }),
    }));
    const sender = await producer(idempotent);
    const [answer] = (await sender.send({ topic, acks, compression: codecTypes[codec], messages })) ?? [];
    const known = partition !== null && answer?.baseOffset !== undefined;
    return { offsets: records.map((_, at) => (known ? Number(answer.baseOffset) + at : -1)) };
  },

  open: async ({ consumer: name, topic, partition, from }) => {
    const offset = await startOffset(topic, partition, from);
    const self = await start(name, {
      groupId: `reader-${randomUUID()}`,
      topics: [topic],
      fromBeginning: true,
      sessionTimeout: 20_000,
      wanted: (delivered) => delivered.partition === partition,
    });
    seek(self, topic, partition, offset);
  },

  join: async ({ consumer: name, group, topics, assignor, instanceId, reset, sessionMs }) => {
    if (assignor !== null && assignor !== 'roundrobin') throw new Unsupported(`no assignor ${assignor}, only round robin`);
    if (instanceId !== null) throw new Unsupported('no static members');
    await start(name, { groupId: group, topics, fromBeginning: reset === 'earliest', sessionTimeout: sessionMs });
  },

  assignment: ({ consumer }) => ({ partitions: sorted(consumers.get(consumer).assignment) }),
  poll: async ({ consumer, count, timeoutMs }) => ({ records: await consumers.get(consumer).inbox.take(count, timeoutMs) }),

  commit: async ({ consumer }) => {
    const { inbox, consumer: client } = consumers.get(consumer);
    const positions = [...inbox.positions.values()];
    await client.commitOffsets(positions.map((position) => ({ ...position, offset: String(position.offset) })));
  },

  seek: ({ consumer, topic, partition, offset }) => seek(consumers.get(consumer), topic, partition, offset),

  pause: ({ consumer, topic, partition }) => {
    const { inbox, consumer: client } = consumers.get(consumer);
    client.pause([{ topic, partitions: [partition] }]);
    inbox.pause(topic, partition);
  },

  resume: ({ consumer, topic, partition }) => {
    const { inbox, consumer: client } = consumers.get(consumer);
    client.resume([{ topic, partitions: [partition] }]);
    inbox.resume(topic, partition);
  },

  close: async ({ consumer }) => {
    const { consumer: client } = consumers.get(consumer);
    consumers.delete(consumer);
    await client.disconnect();
  },

  committed: async ({ group, topic, partition }) => ({ offset: (await committed(group, topic)).get(partition) ?? -1 }),

  createTopic: async ({ topic, partitions, configs }) => {
    const configEntries = Object.entries(configs).map(([name, value]) => ({ name, value }));
    await admin.createTopics({ topics: [{ topic, numPartitions: partitions, replicationFactor: 1, configEntries }] });
  },

  describeTopic: async ({ topic }) => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const partitions = topics[0].partitions.map(({ partitionId, leader, replicas, isr }) => ({
      partition: partitionId,
      leader,
      replicas,
      isr,
    }));
    return { partitions };
  },

  describeConfigs: async ({ topic }) => {
    const resources = [{ type: ConfigResourceTypes.TOPIC, name: topic }];
    const described = await admin.describeConfigs({ includeSynonyms: false, resources });
    const entries = described.resources[0].configEntries.map(({ configName, configValue }) => [configName, configValue]);
    return { configs: Object.fromEntries(entries) };
  },

  alterConfigs: async ({ topic, configs }) => {
    const configEntries = Object.entries(configs).map(([name, value]) => ({ name, value }));
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries }],
    });
  },

  createPartitions: async ({ topic, total }) => {
    await admin.createPartitions({ topicPartitions: [{ topic, count: total }] });
  },

  deleteRecords: async ({ topic, partition, before }) => {
    // The library looks for the leader before it asks for it: something else must have done so.
    await ends(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(before) }] });
    return { lowWatermark: Number((await ends(topic)).get(partition).low) };
  },

  deleteTopic: ({ topic }) => admin.deleteTopics({ topics: [topic] }),

  listGroups: async () => ({ groups: (await admin.listGroups()).groups.map(({ groupId }) => groupId) }),

  describeGroup: async ({ group }) => {
    const { groups } = await admin.describeGroups([group]);
    const members = groups[0].members.map(({ clientId, memberAssignment }) => {
      const { assignment } = AssignerProtocol.MemberAssignment.decode(memberAssignment) ?? { assignment: {} };
      const pairs = Object.entries(assignment).flatMap(([topic, partitions]) => partitions.map((each) => [topic, each]));
      return { clientId, instanceId: null, assignment: sorted(pairs) };
    });
    return { state: groups[0].state, members };
  },

  deleteGroup: async ({ group }) => {
    await admin.deleteGroups([group]);
  },

  lag: async ({ group, topic }) => {
    const [offsets, end] = [await committed(group, topic), await ends(topic)];
    const entries = [...end].map(([partition, { high }]) => [partition, Number(high) - offsets.get(partition)]);
    return { partitions: Object.fromEntries(entries) };
  },
};

await serve(operations, async () => {
  for (const { consumer } of consumers.values()) await consumer.disconnect();
  for (const each of producers.values()) await each.disconnect();
  await admin.disconnect();
});
