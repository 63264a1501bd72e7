// Topics made, used and deleted again and again: the broker is afterwards as it was before.
import { fetch } from 'millrace/messages/01-fetch.js'
import { expect, test } from 'vitest'
import { eventually } from '../../harness/eventually.ts'
import { fileBroker } from '../../harness/file-broker.ts'
import { Peer } from '../../harness/peer.ts'
import { openDescriptors, residentBytes } from '../../harness/proc.ts'
import { fetchFrom, newProducer, UNKNOWN_ID, write } from '../scenarios/requests.ts'
import { dropTopic, expectNothingLeft, isFull, makeTopic, quickRemoval } from './topics.ts'

const broker = fileBroker({ overrides: quickRemoval })
/** Pools, caches and the heap of JavaScript find their size in these. */
const WARM_UP_ROUNDS = isFull ? 200 : 40
const ROUNDS = isFull ? 1500 : 80
/** Some heap that JavaScript has not swept yet; far less than what all of them write, which is kept for readers while a topic lives. */
const GROWTH_BYTES_MAX = isFull ? 64 << 20 : 32 << 20
const RECORD_BYTES = 100_000
const PARTITIONS = 3

/** Without those of the write-ahead log, whose files come and go with what is written. */
const descriptorsOf = (pid: number): number =>
  openDescriptors(pid).filter((target) => !target.includes('millrace.wal')).length

test(`${ROUNDS} topics come and go`, { timeout: 600_000 }, async () => {
  const on = await Peer.open(broker().port)
  const producerId = await newProducer(on)
  const round = async (number: number): Promise<void> => {
    const topic = await makeTopic(on, 'fleeting', { partitions: PARTITIONS })
    for (let index = 0; index < PARTITIONS; index += 1) {
      const fields = { producerId, producerEpoch: 0, baseSequence: 0 }
      await write(on, topic, [{ key: `${number}`, value: 'x'.repeat(RECORD_BYTES) }], fields, index)
    }
    const opened = await on.call(fetch, 13, fetchFrom(topic, {}, { sessionEpoch: 0 }))
    expect(opened.responses[0]?.partitions[0]?.records?.length).toBeGreaterThan(RECORD_BYTES)
    // A reader that is parked, and leaves with the topic.
    const reader = await Peer.open(broker().port)
    const parked = reader.call(fetch, 13, fetchFrom(topic, { fetchOffset: 1 }, { maxWaitMs: 10_000 }))
    await dropTopic(on, topic)
    await parked
    reader.close()
  }
  /** Connections that were closed here are closed there a moment later, and so is what housekeeping writes and syncs. */
  const settled = async (
    descriptorsMax = Number.POSITIVE_INFINITY,
  ): Promise<{ readonly descriptors: number; readonly bytes: number }> => {
    await expectNothingLeft(broker(), 'fleeting')
    const descriptors = await eventually(`no more than ${descriptorsMax} descriptors, at rest`, async () => {
      const before = descriptorsOf(broker().pid())
      await on.call(fetch, 13, fetchFrom({ name: 'fleeting', id: UNKNOWN_ID }, {}, { maxWaitMs: 100 }))
      return descriptorsOf(broker().pid()) === before && before <= descriptorsMax ? before : undefined
    })
    return { descriptors, bytes: residentBytes(broker().pid()) }
  }
  for (let number = 0; number < WARM_UP_ROUNDS; number += 1) await round(number)
  const before = await settled()
  for (let number = 0; number < ROUNDS; number += 1) await round(number)
  const after = await settled(before.descriptors)
  process.stderr.write(
    `${broker().target}: ${ROUNDS} topics: ${after.bytes - before.bytes} bytes, ${after.descriptors - before.descriptors} descriptors\n`,
  )
  if (broker().target === 'millrace') expect(after.bytes - before.bytes).toBeLessThan(GROWTH_BYTES_MAX)
  on.close()
})
