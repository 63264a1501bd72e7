// Random operations on groups, in lock step on Apache Kafka and on Millrace: members enter, sync, lose their connections, restart and
// leave, offsets are committed, groups are described and deleted; in a full run both brokers are restarted in between. No answer may differ but for a reason that explained.ts gives.
//
// SEED=... LANE=... plays one lane of a run again.
import { expect, test } from 'vitest'
import { type Broker, startBroker } from '../../harness/broker.ts'
import { missingClients } from '../../harness/clients.ts'
import { Peer } from '../../harness/peer.ts'
import { Explanations } from '../comparison/explained.ts'
import { readyCoordinator } from '../../harness/ready-coordinator.ts'
import { readyTopic } from '../../harness/ready-topic.ts'
import { Lane } from './groups/lane.ts'
import type { Two } from './groups/pair.ts'

const isFull = process.env['MILLRACE_FULL'] === '1'
const LANES = 8
const OPERATIONS = isFull ? 20_000 : 2000
const seed = Number(process.env['SEED'] ?? 1)
const only = process.env['LANE']
const lanes = only === undefined ? Array.from({ length: LANES }, (_, lane) => lane) : [Number(only)]

// Kafka comes with the Java clients.
const missing = await missingClients('java')
const besideKafka = test.skipIf(missing !== undefined)

const TIMEOUT_MS = 600_000
const overrides = {
  'node.id': '1',
  // One that is loaded is enough.
  'offsets.topic.num.partitions': '1',
  // Segments end soon, so that what is loaded after a restart has been compacted.
  'log.roll.ms': '2000',
  'log.cleaner.min.cleanable.ratio': '0.01',
  'log.cleaner.backoff.ms': '100',
}

const topics = [
  { name: 'g-one', partitions: 2 },
  { name: 'g-two', partitions: 1 },
]

const prepared = async ({ port }: Broker): Promise<readonly string[]> => {
  const peer = await Peer.open(port)
  const ids: string[] = []
  for (const { name, partitions } of topics) ids.push(await readyTopic(peer, name, { partitions }))
  await readyCoordinator(peer, 'any')
  peer.close()
  return ids
}

const restarted = async (broker: Broker): Promise<void> => {
  await broker.halt()
  await broker.restart()
  const peer = await Peer.open(broker.port)
  await readyCoordinator(peer, 'any')
  peer.close()
}

besideKafka(
  `${OPERATIONS} operations of seed ${seed}`,
  async () => {
    const brokers = await Promise.all([
      startBroker({ target: 'kafka', overrides }),
      startBroker({ target: 'millrace', overrides }),
    ])
    try {
      const [theirs, ours] = await Promise.all(brokers.map(prepared))
      const named = topics.map((topic, at) => ({ ...topic, ids: [theirs?.[at] ?? '', ours?.[at] ?? ''] as const }))
      const ports: Two<number> = [brokers[0].port, brokers[1].port]
      const explanations = new Explanations()
      const played = await Promise.all(
        lanes.map((lane) => Lane.open({ seed, lane, ports, topics: named, explanations })),
      )
      const playUntil = (operations: number) => Promise.all(played.map((lane) => lane.play(operations)))
      if (isFull) {
        await playUntil(OPERATIONS / LANES / 2)
        await Promise.all(brokers.map(restarted))
        for (const lane of played) await lane.restarted()
      }
      await playUntil(OPERATIONS / LANES)
      for (const lane of played) lane.close()
      const groups = played.reduce((sum, lane) => sum + lane.groups, 0)
      const parted = played.reduce((sum, lane) => sum + lane.parted, 0)
      expect(parted).toBeLessThan(groups / 2)
    } finally {
      await Promise.all(brokers.map((broker) => broker.stop()))
    }
  },
  TIMEOUT_MS,
)
