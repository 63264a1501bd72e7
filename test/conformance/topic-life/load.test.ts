// A topic is deleted and made again under writers, readers and committers that know it by its id and learn of the new one as clients do:
// by the errors they get.
import { produce } from 'millrace/messages/00-produce.js'
import { fetch } from 'millrace/messages/01-fetch.js'
import { offsetCommit } from 'millrace/messages/08-offset-commit.js'
import { findCoordinator } from 'millrace/messages/10-find-coordinator.js'
import { errorName } from 'millrace/wire/errors.js'
import { expect, test } from 'vitest'
import { batch } from '../../harness/batch.ts'
import { eventually } from '../../harness/eventually.ts'
import { fileBroker } from '../../harness/file-broker.ts'
import { Peer } from '../../harness/peer.ts'
import { fetchFrom, newProducer, produceTo } from '../scenarios/requests.ts'
import { recordsOf } from './records.ts'
import { NOTHING_YET, startWorker, type Step } from './worker.ts'
import { dropTopic, expectNothingLeft, isFull, makeTopic, quickRemoval, readAll } from './topics.ts'

const broker = fileBroker({ overrides: quickRemoval })
const ROUNDS = isFull ? 40 : 6
const NAME = 'reborn'
const STEPS_A_ROUND = 20
const GROUP = 'committers'

/** Each record says whose and which it is; the offsets have to follow. */
const writing = (producerId: number): Step => {
  let baseSequence = 0
  return async (on, topic, count) => {
    const records = batch([{ value: `${topic.id} ${count}` }], { producerId, producerEpoch: 0, baseSequence })
    const { responses } = await on.call(produce, 13, produceTo(topic, records))
    const answer = responses[0]?.partitionResponses[0]
    if (answer?.errorCode === 0) {
      expect(answer.baseOffset).toBe(count)
      baseSequence += 1
    }
    return errorName(answer?.errorCode ?? -1)
  }
}

const reading: Step = async (on, topic, count) => {
  const asked = fetchFrom(topic, { fetchOffset: count, partitionMaxBytes: 1 }, { maxWaitMs: 200 })
  const partition = (await on.call(fetch, 13, asked)).responses[0]?.partitions[0]
  if (partition?.errorCode !== 0) return errorName(partition?.errorCode ?? -1)
  const record = recordsOf(partition.records ?? Buffer.alloc(0)).find(({ offset }) => offset >= count)
  if (record === undefined) return NOTHING_YET
  expect(`${record.offset} ${record.value.toString()}`).toBe(`${count} ${topic.id} ${count}`)
  return 'NONE'
}

const committing: Step = async (on, { id }, count) => {
  const partitions = [{ partitionIndex: 0, committedOffset: count, committedMetadata: null }]
  const topics = [{ topicId: id, partitions }]
  const request = { groupId: GROUP, generationIdOrMemberEpoch: -1, memberId: '', topics }
  const answer = await on.call(offsetCommit, 10, request)
  return errorName(answer.topics[0]?.partitions[0]?.errorCode ?? -1)
}

test(`a topic is made again ${ROUNDS} times under load by id`, { timeout: 300_000 }, async () => {
  const { port } = broker()
  const on = await Peer.open(port)
  await eventually('the coordinator', async () => {
    const answer = await on.call(findCoordinator, 1, { key: GROUP, keyType: 0 })
    return answer.errorCode === 0 ? true : undefined
  })
  const producerId = await newProducer(on)
  let topic = await makeTopic(on, NAME)
  const [writer, ...others] = [writing(producerId), reading, committing].map((step) => startWorker(port, NAME, step))
  const workers = [writer!, ...others]
  for (let round = 0; ; round += 1) {
    const current = topic
    await eventually(`all work in round ${round}`, () =>
      workers.every((worker) => worker.count(current) >= STEPS_A_ROUND) ? true : undefined,
    )
    if (round === ROUNDS) break
    await dropTopic(on, topic)
    topic = await makeTopic(on, NAME)
  }
  await Promise.all(workers.map((worker) => worker.end()))
  const values = (await readAll(on, topic)).map(({ value }) => value.toString())
  expect(values).toEqual(Array.from({ length: writer!.count(topic) }, (_, index) => `${topic.id} ${index}`))
  await dropTopic(on, topic)
  await expectNothingLeft(broker(), NAME)
  on.close()
})
