// Each API at each version that we advertise gets the same answer from Millrace and from Apache Kafka.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Broker, startBroker } from '../../harness/broker.ts'
import { missingClients } from '../../harness/clients.ts'
import { Conversation, differences, type Line } from './conversation.ts'
import { advertised, type Part, parts } from './versions.ts'

// Kafka comes with the Java clients.
const missing = await missingClients('java')
const besideKafka = test.skipIf(missing !== undefined)

let brokers: readonly Broker[] = []
beforeAll(async () => {
  if (missing !== undefined) return
  const overrides = { 'auto.create.topics.enable': 'false', 'node.id': '1' }
  brokers = await Promise.all([
    startBroker({ target: 'kafka', overrides }),
    startBroker({ target: 'millrace', overrides }),
  ])
})
afterAll(() => Promise.all(brokers.map((broker) => broker.stop())))

const transcript = async (broker: Broker, part: Part): Promise<readonly Line[]> => {
  const talk = await Conversation.with(broker)
  const ours = await Conversation.with(brokers[1] ?? broker)
  try {
    await part(talk, await advertised(ours))
    return talk.transcript
  } finally {
    talk.close()
    ours.close()
  }
}

interface Explained {
  readonly difference: RegExp
  readonly why: string
}

/** What may differ. A row that nothing matches any more fails the test. */
const explained: readonly Explained[] = [
  {
    difference: /^\w+ v\d+[^:]*: \S+\.errorMessage (null|"") != "<text>"$/,
    why: 'we say what is wrong where Kafka gives a code only',
  },
  {
    difference: /^incrementalAlterConfigs v\d unknown operation: \.responses\.configured\.errorCode -1 != 42$/,
    why: 'a bad request is not an unknown error of the server',
  },
  {
    difference: /\.configs\.min\.insync\.replicas\.(configSource 3 != 5|synonyms\.)/,
    why: 'Kafka writes a cluster-wide min.insync.replicas when it formats with eligible leader replicas',
  },
  { difference: /\.configs\.flush\.messages\./, why: 'our default asks for a sync before the answer (D11)' },
  { difference: /\.configs\.message\.validation undefined/, why: 'a key of ours' },
]

const used = new Set<Explained>()

const isExplained = (difference: string): boolean => {
  const row = explained.find(({ difference: pattern }) => pattern.test(difference))
  if (row !== undefined) used.add(row)
  return row !== undefined
}

besideKafka.each(Object.entries(parts))('%s', async (_, part) => {
  const [kafka = [], millrace = []] = await Promise.all(brokers.map((broker) => transcript(broker, part)))
  expect(kafka.length).toBeGreaterThan(0)
  expect(differences(kafka, millrace).filter((difference) => !isExplained(difference))).toEqual([])
})

besideKafka('every explained difference exists', () => {
  expect(explained.filter((row) => !used.has(row))).toEqual([])
})
