// Each API at each version that we advertise gets the same answer from Millrace and from Apache Kafka.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Broker, startBroker } from '../../harness/broker.ts'
import { missingClients } from '../../harness/clients.ts'
import { Comparison, show } from '../comparison/comparison.ts'
import { Explanations } from '../comparison/explained.ts'
import { Side } from '../comparison/side.ts'
import { Conversation, type Line } from './conversation.ts'
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

const explanations = new Explanations()

/** Where two transcripts part, one line for each value that no row explains. */
const differences = (comparison: Comparison, kafka: readonly Line[], millrace: readonly Line[]): readonly string[] =>
  kafka.flatMap((line, at) => {
    const what = `${line.api} v${line.version} ${line.note}`.trimEnd()
    const other = millrace[at]
    if (other?.api !== line.api || other.note !== line.note) return [`${what}: asked at another place`]
    return comparison
      .differences(line.answer, other.answer)
      .filter((difference) => explanations.row(difference, line) === undefined)
      .map(({ path, kafka, millrace }) => `${what}: ${path} ${show(kafka)} != ${show(millrace)}`)
  })

besideKafka.each(Object.entries(parts))('%s', async (_, part) => {
  const [kafka = [], millrace = []] = await Promise.all(brokers.map((broker) => transcript(broker, part)))
  expect(kafka.length).toBeGreaterThan(0)
  const [theirs = 0, ours = 0] = brokers.map(({ port }) => port)
  const comparison = new Comparison(new Side(theirs), new Side(ours))
  expect(differences(comparison, kafka, millrace)).toEqual([])
})

besideKafka('every explained difference exists', () => {
  expect(explanations.unmet('versions')).toEqual([])
})
