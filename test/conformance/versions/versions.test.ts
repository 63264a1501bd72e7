// Each API at each version that we advertise gets the same answer from Millrace and from Apache Kafka.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Broker, startBroker } from '../../harness/broker.ts'
import { missingClients } from '../../harness/clients.ts'
import { Comparison, show } from '../comparison/comparison.ts'
import { Explanations } from '../comparison/explained.ts'
import { Side } from '../comparison/side.ts'
import { Conversation, type Line } from './conversation.ts'
import { advertised, type Part, parts, type Versions } from './versions.ts'

// Kafka comes with the Java clients.
const missing = await missingClients('java')
const besideKafka = test.skipIf(missing !== undefined)

let brokers: readonly Broker[] = []
let versions: Versions = new Map()
beforeAll(async () => {
  if (missing !== undefined) return
  const overrides = { 'auto.create.topics.enable': 'false', 'node.id': '1' }
  brokers = await Promise.all([
    startBroker({ target: 'kafka', overrides }),
    startBroker({ target: 'millrace', overrides }),
  ])
  const [, millrace] = brokers
  if (millrace === undefined) throw new Error('Millrace did not start')
  const talk = await Conversation.with(millrace)
  versions = await advertised(talk)
  talk.close()
})
afterAll(() => Promise.all(brokers.map((broker) => broker.stop())))

const transcript = async (broker: Broker, versions: Versions, part: Part): Promise<readonly Line[]> => {
  const talk = await Conversation.with(broker)
  try {
    await part(talk, versions)
    return talk.transcript
  } finally {
    talk.close()
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

const compared = new Set<string>()

besideKafka.each(Object.entries(parts))('%s', async (_, part) => {
  const [kafka = [], millrace = []] = await Promise.all(brokers.map((broker) => transcript(broker, versions, part)))
  expect(kafka.length).toBeGreaterThan(0)
  const [theirs = 0, ours = 0] = brokers.map(({ port }) => port)
  const comparison = new Comparison(new Side(theirs), new Side(ours))
  expect(differences(comparison, kafka, millrace)).toEqual([])
  for (const { api, version } of millrace) compared.add(`${api} v${version}`)
})

besideKafka('every advertised version was compared', () => {
  const wanted = [...versions].flatMap(([api, [first, last]]) =>
    Array.from({ length: last - first + 1 }, (_, index) => `${api} v${first + index}`),
  )
  expect(wanted.filter((each) => !compared.has(each))).toEqual([])
})

besideKafka('every explained difference exists', () => {
  expect(explanations.unmet('versions')).toEqual([])
})
