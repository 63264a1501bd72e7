// @platformatic/kafka. Usage as kafkajs.mjs.
import { Consumer, Producer } from '@platformatic/kafka';
import { printRecord, readRecords } from './records.mjs';

const address = (servers) => ({ clientId: 'platformatic', bootstrapBrokers: [servers], autocreateTopics: true });

const produce = async (servers, prefix, codecs, path) => {
  const producer = new Producer(address(servers));
  for (const codec of codecs.split(',')) {
    const messages = readRecords(path).map(({ key, value, headers, timestamp }) => ({
      topic: `${prefix}-${codec}`,
      key,
      value,
      headers: new Map(headers.map(([name, header]) => [Buffer.from(name), header])),
      timestamp: BigInt(timestamp),
    }));
    await producer.send({ messages, compression: codec, acks: -1 });
  }
  await producer.close();
};

const consume = async (servers, count, ...topics) => {
  const consumer = new Consumer({ ...address(servers), groupId: 'codecs-platformatic' });
  const stream = await consumer.consume({ topics, mode: 'earliest', autocommit: false });
  let left = Number(count);
  for await (const message of stream) {
    printRecord({ ...fields(message), headers: [...message.headers].map(([name, value]) => [String(name), value]) });
    left -= 1;
    if (left === 0) break;
  }
  await consumer.close(true);
};

const fields = ({ topic, offset, timestamp, key, value }) => ({ topic, offset, timestamp, key, value });

const member = async (servers, groupId, topic) => {
  const consumer = new Consumer({ ...address(servers), groupId });
  const tell = () => {
    const partitions = (consumer.assignments ?? []).flatMap((assigned) => assigned.partitions);
    process.stdout.write(`assigned ${partitions.join(',')}\n`);
  };
  consumer.on('consumer:group:join', tell);
  const stream = await consumer.consume({
    topics: [topic],
    mode: 'committed',
    fallbackMode: 'earliest',
    autocommit: 200,
    sessionTimeout: 6000,
    rebalanceTimeout: 10_000,
    heartbeatInterval: 500,
  });
  stream.on('data', ({ partition, offset }) => process.stdout.write(`record ${partition} ${offset}\n`));
};

const [command, ...args] = process.argv.slice(2);
await { produce, consume, member }[command](...args);
