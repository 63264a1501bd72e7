// kafkajs. Usage: kafkajs.mjs produce HOST:PORT TOPIC_PREFIX CODEC,... RECORDS
//                 kafkajs.mjs consume HOST:PORT COUNT TOPIC...
//                 kafkajs.mjs member HOST:PORT GROUP TOPIC
import kafkajs from 'kafkajs';
import { codecTypes } from './kafkajs-codecs.mjs';
import { printRecord, readRecords } from './records.mjs';

const { Kafka, logLevel } = kafkajs;

const client = (servers) => new Kafka({ brokers: [servers], logLevel: logLevel.ERROR });

const produce = async (servers, prefix, codecs, path) => {
  const producer = client(servers).producer();
  await producer.connect();
  for (const codec of codecs.split(',')) {
    const messages = readRecords(path).map(({ key, value, headers, timestamp }) => ({
      key,
      value,
      headers: Object.fromEntries(headers),
      timestamp: String(timestamp),
    }));
    await producer.send({ topic: `${prefix}-${codec}`, messages, compression: codecTypes[codec] });
  }
  await producer.disconnect();
};

const consume = async (servers, count, ...topics) => {
  const consumer = client(servers).consumer({ groupId: 'codecs-kafkajs' });
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  let left = Number(count);
  await new Promise((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    const eachMessage = async ({ topic, message }) => {
      if (left === 0) return;
      printRecord({ ...message, topic, headers: Object.entries(message.headers) });
      left -= 1;
      if (left === 0) resolve();
    };
    consumer.run({ autoCommit: false, eachMessage }).catch(reject);
  });
  await consumer.disconnect();
};

const member = async (servers, groupId, topic) => {
  const consumer = client(servers).consumer({ groupId, sessionTimeout: 6000, heartbeatInterval: 500 });
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    process.stdout.write(`assigned ${(payload.memberAssignment[topic] ?? []).join(',')}\n`);
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommitInterval: 200,
    eachMessage: async ({ partition, message }) => {
      process.stdout.write(`record ${partition} ${message.offset}\n`);
    },
  });
};

const [command, ...args] = process.argv.slice(2);
await { produce, consume, member }[command](...args);
