// Producers at full speed, one for each worker, with messages out of a file of lines.
// Usage: load.mjs kafkajs|platformatic HOST:PORT TOPIC WORKERS SECONDS FILE
// Prints {"acknowledged", "records", "bytes", "seconds"}: all that was acknowledged, and what of it after the first second.
import { Piscina } from 'piscina';

const [library, servers, topic, workers, seconds, path] = process.argv.slice(2);
const count = Number(workers);
const pool = new Piscina({
  filename: new URL('load-worker.mjs', import.meta.url).href,
  minThreads: count,
  maxThreads: count,
});
const task = { library, servers, topic, seconds: Number(seconds), path };
const taken = await Promise.all(Array.from({ length: count }, () => pool.run(task)));
await pool.destroy();
const sum = (of) => taken.reduce((all, each) => all + of(each), 0);
const answer = {
  acknowledged: sum(({ acknowledged }) => acknowledged),
  records: sum(({ records }) => records),
  bytes: sum(({ bytes }) => bytes),
  seconds: Math.max(...taken.map((each) => each.seconds)),
};
process.stdout.write(`${JSON.stringify(answer)}\n`);
