// The same random requests to Apache Kafka and to Millrace: no answer may differ but for a reason that explained.ts gives.
//
// SEED=... REQUESTS=... plays a run again.
import { apis } from 'millrace/messages/index.js'
import { expect, test } from 'vitest'
import { startBroker } from '../../harness/broker.ts'
import { missingClients } from '../../harness/clients.ts'
import { Explanations } from '../comparison/explained.ts'
import { Run } from './run.ts'

const isFull = process.env['MILLRACE_FULL'] === '1'
const given = process.env['SEED']
const REQUESTS = Number(process.env['REQUESTS'] ?? (isFull ? 10_000 : 800))
const seeds = given !== undefined ? [Number(given)] : isFull ? [1, 2, 3] : [1]
const MS_PER_REQUEST_MAX = 100

// Kafka comes with the Java clients.
const missing = await missingClients('java')
const besideKafka = test.skipIf(missing !== undefined)

const NEVER_MS = '2000000000'
const LONG_MAX = '9223372036854775807'

/** Nothing happens by itself while a run lasts, and everything that a request starts is done soon. */
const overrides = {
  'node.id': '1',
  'auto.create.topics.enable': 'false',
  'offsets.topic.num.partitions': '1',
  'log.retention.check.interval.ms': NEVER_MS,
  'offsets.retention.check.interval.ms': NEVER_MS,
  // Kafka answers records of one segment at a time.
  'log.roll.ms': LONG_MAX,
  // It compacts, and in `compact,delete` it takes what is old.
  'log.cleaner.backoff.ms': NEVER_MS,
  // Records are of a time at which every producer has long been idle.
  'producer.id.expiration.check.interval.ms': NEVER_MS,
  'max.incremental.fetch.session.cache.slots': '20000',
}

const explanations = new Explanations()

besideKafka.each(seeds)(
  `${REQUESTS} requests of seed %i`,
  async (seed) => {
    // Each seed has its own, so that it can be played again alone.
    const [kafka, millrace] = await Promise.all([
      startBroker({ target: 'kafka', overrides: { ...overrides, 'log.initial.task.delay.ms': NEVER_MS } }),
      startBroker({ target: 'millrace', overrides }),
    ])
    try {
      const report = await Run.of(seed, REQUESTS, { kafka: kafka.port, millrace: millrace.port }, explanations)
      expect(report.failures.join('\n\n')).toBe('')
      if (isFull) expect(notAsked(report.asked)).toEqual([])
    } finally {
      await Promise.all([kafka.stop(), millrace.stop()])
    }
  },
  REQUESTS * MS_PER_REQUEST_MAX + 60_000,
)

const notAsked = (asked: ReadonlyMap<string, number>): readonly string[] =>
  Object.entries(apis).flatMap(([name, { versions }]) => {
    const [first, last] = versions
    const all = Array.from({ length: last - first + 1 }, (_, at) => `${name} v${first + at}`)
    return all.filter((place) => !asked.has(place))
  })

// It takes all seeds to meet them all.
if (isFull && given === undefined) {
  besideKafka('every explained difference was met', () => {
    expect(explanations.unmet('differential')).toEqual([])
  })
}
