// A topic goes while it is in use: whoever waits for it, writes to it or reads it hears of it, and its space comes back.
import { produce } from 'millrace/messages/00-produce.js'
import { fetch } from 'millrace/messages/01-fetch.js'
import { errorName } from 'millrace/wire/errors.js'
import { expect, test } from 'vitest'
import { batch } from '../../harness/batch.ts'
import { fileBroker } from '../../harness/file-broker.ts'
import { Peer, requestBytes } from '../../harness/peer.ts'
import { fetchRequest, produceTo, type TopicRef, write } from '../scenarios/requests.ts'
import { fill, readSlowly, SEGMENT_BYTES } from './slow-reader.ts'
import { dropTopic, expectNothingLeft, fetchCode, isFull, makeTopic, quickRemoval } from './topics.ts'

const broker = fileBroker({ overrides: quickRemoval })
const PATIENCE_MS = 14_000
/** Far below the patience of the reader: it was woken. */
const WOKEN_MS_MAX = 5_000
const ROUNDS = isFull ? 40 : 6

const GONE: readonly string[] = ['UNKNOWN_TOPIC_OR_PARTITION', 'NOT_LEADER_OR_FOLLOWER', 'UNKNOWN_TOPIC_ID']

test.each([4, 12, 13, 18])('a reader that waits is woken, Fetch v%i', async (version) => {
  const on = await Peer.open(broker().port)
  const untouched = await makeTopic(on, `waiting-${version}`)
  for (const [name, records] of [
    ['never-written', 0],
    ['written', 3],
  ] as const) {
    const topic = await makeTopic(on, `${name}-${version}`)
    for (let count = 0; count < records; count += 1) await write(on, topic, [{ value: 'a' }])
    const reader = await Peer.open(broker().port)
    await fetchCode(reader, 13, topic)
    const asked = [
      { topic: untouched, partitions: [{}] },
      { topic, partitions: [{ fetchOffset: records }] },
    ]
    const start = performance.now()
    const waiting = reader.call(fetch, version, fetchRequest(asked, { maxWaitMs: PATIENCE_MS, minBytes: 1 }))
    // The connection is in use already: a round trip of another one later the fetch has arrived, and waits.
    await fetchCode(on, 13, untouched)
    await dropTopic(on, topic)
    const { responses } = await waiting
    expect(performance.now() - start).toBeLessThan(WOKEN_MS_MAX)
    const codes = responses.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorName(errorCode)))
    expect(codes).toEqual(['NONE', 'UNKNOWN_TOPIC_OR_PARTITION'])
    reader.close()
  }
  await dropTopic(on, untouched)
  on.close()
})

/** Writes until it is refused; answers with what it was. */
const writeUntilRefused = async (topic: TopicRef, version: number, acks: number): Promise<string> => {
  const on = await Peer.open(broker().port)
  try {
    const records = batch([{ value: 'x'.repeat(500) }])
    for (;;) {
      const { responses } = await on.call(produce, version, produceTo(topic, records, { acks }))
      const code = errorName(responses[0]?.partitionResponses[0]?.errorCode ?? -1)
      if (code !== 'NONE') return code
    }
  } finally {
    on.close()
  }
}

test(`writers of a topic that goes are refused, ${ROUNDS} times`, async () => {
  const on = await Peer.open(broker().port)
  for (let round = 0; round < ROUNDS; round += 1) {
    const topic = await makeTopic(on, 'written-to')
    const writers = [
      writeUntilRefused(topic, 13, -1),
      writeUntilRefused(topic, 13, 1),
      writeUntilRefused(topic, 9, -1),
      writeUntilRefused(topic, 3, 1),
    ]
    const quiet = await Peer.open(broker().port)
    await write(on, topic, [{ value: 'first' }])
    const silent = setInterval(() => {
      quiet.frame(requestBytes(produce, 9, produceTo(topic, batch([{ value: 'y' }]), { acks: 0 })))
    }, 1)
    await dropTopic(on, topic)
    for (const code of await Promise.all(writers)) expect(GONE).toContain(code)
    clearInterval(silent)
    quiet.close()
  }
  await expectNothingLeft(broker(), 'written-to')
  on.close()
})

test('slow readers get whole batches of the old topic, and its space comes back', async () => {
  const on = await Peer.open(broker().port)
  const topic = await makeTopic(on, 'slowly-read', { configs: { 'segment.bytes': String(SEGMENT_BYTES) } })
  await fill(on, topic)
  const readers = await Promise.all([0, 1, 2].map(() => readSlowly(broker(), topic)))
  const [, , absent] = readers
  await dropTopic(on, topic)
  const next = await makeTopic(on, 'slowly-read')
  await write(on, next, [{ value: 'new' }])
  absent?.leave()
  for (const reader of readers.slice(0, 2)) await reader.readOn()
  await dropTopic(on, next)
  await expectNothingLeft(broker(), 'slowly-read')
  for (const reader of readers) reader.leave()
  on.close()
})
