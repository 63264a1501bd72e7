// DescribeLogDirs and DescribeProducers: what tools ask about a broker's logs.
import { produce } from 'millrace/messages/00-produce.js'
import { describeLogDirs } from 'millrace/messages/35-describe-log-dirs.js'
import { describeProducers } from 'millrace/messages/61-describe-producers.js'
import { batch } from '../../harness/batch.ts'
import { newProducer, produceTo, write } from './requests.ts'
import { scenarios } from './scenario.ts'

const scenario = scenarios('log-dirs')

scenario('sizes of logs', { rows: [] }, async ({ transcript, topic, peer }) => {
  const ref = { name: 'sized', id: await topic('sized', { partitions: 3 }) }
  const on = await peer()
  for (const index of [0, 0, 2]) await write(on, ref, [{ value: 'x'.repeat(50) }], {}, index)
  for (let version = 1; version <= 5; version += 1) {
    for (const [what, topics] of [
      ['some', [{ topic: 'sized', partitions: [2, 0, 9] }]],
      ['none of it', [{ topic: 'sized', partitions: [] }]],
      ['of nowhere', [{ topic: 'no-such-topic', partitions: [0] }]],
      ['nothing', []],
      ['all', null],
    ] as const) {
      const { errorCode, results } = await on.call(describeLogDirs, version, { topics })
      transcript.note(`v${version} ${what}`, {
        errorCode,
        results: results.map(({ topics: found, totalBytes, usableBytes, ...rest }) => ({
          ...rest,
          sized: totalBytes > 0 && usableBytes > 0,
          topics: found.map(({ name, partitions }) => ({
            name,
            partitions: partitions.toSorted((left, right) => left.partitionIndex - right.partitionIndex),
          })),
        })),
      })
    }
  }
})

scenario('who writes', { rows: [10, 12] }, async ({ transcript, topic, peer }) => {
  const ref = { name: 'written', id: await topic('written', { partitions: 2 }) }
  const on = await peer()
  const producerId = await newProducer(on)
  transcript.name(producerId, 'producer')
  const asked = { topics: [{ name: 'written', partitionIndexes: [0, 1, 9] }] }
  await transcript.call(on, 'nobody', describeProducers, 0, asked)
  for (const baseSequence of [0, 1]) {
    const records = batch([{ value: 'a' }], { producerId, producerEpoch: 4, baseSequence })
    await on.call(produce, 13, produceTo(ref, records))
  }
  await transcript.call(on, 'one', describeProducers, 0, asked)
  const unknown = { topics: [{ name: 'no-such-topic', partitionIndexes: [0] }] }
  await transcript.call(on, 'of nowhere', describeProducers, 0, unknown)
})
