// One producer of load.mjs: a few sends are always on their way.
import { readFileSync } from 'node:fs';
import { Producer } from '@platformatic/kafka';
import kafkajs from 'kafkajs';

const IN_FLIGHT = 5;
/** Of one send, over all partitions. */
const MESSAGES = 96;
const WARM_UP_MS = 1000;

const producers = {
  async kafkajs(servers, topic) {
    const { Kafka, logLevel } = kafkajs;
    const producer = new Kafka({ brokers: [servers], logLevel: logLevel.ERROR }).producer();
    await producer.connect();
    return {
      send: (values) => producer.send({ topic, acks: 1, messages: values.map((value) => ({ value })) }),
      close: () => producer.disconnect(),
    };
  },
  platformatic(servers, topic) {
    const producer = new Producer({ clientId: 'load', bootstrapBrokers: [servers] });
    return {
      send: (values) => producer.send({ acks: 1, messages: values.map((value) => ({ topic, value })) }),
      close: () => producer.close(),
    };
  },
};

export default async ({ library, servers, topic, seconds, path }) => {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n').map(Buffer.from);
  const producer = await producers[library](servers, topic);
  const from = performance.now() + WARM_UP_MS;
  const until = from + seconds * 1000;
  let [at, acknowledged, records, bytes] = [0, 0, 0, 0];
  const sendOn = async () => {
    while (performance.now() < until) {
      const values = Array.from({ length: MESSAGES }, () => lines[at++ % lines.length]);
      await producer.send(values);
      acknowledged += values.length;
      const now = performance.now();
      if (now < from || now > until) continue;
      records += values.length;
      bytes += values.reduce((sum, value) => sum + value.length, 0);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, sendOn));
  await producer.close();
  return { acknowledged, records, bytes, seconds };
};
