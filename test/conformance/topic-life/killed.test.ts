// SIGKILL right after topics were deleted, or while they are: what is gone does not come back, and what is there is whole.
import { metadata } from 'millrace/messages/03-metadata.js'
import { deleteTopics } from 'millrace/messages/20-delete-topics.js'
import { ZERO_TOPIC_ID } from 'millrace/base/ids.js'
import { errorName } from 'millrace/wire/errors.js'
import { expect, test } from 'vitest'
import { eventually } from '../../harness/eventually.ts'
import { targetName } from '../../harness/broker.ts'
import { fileBroker } from '../../harness/file-broker.ts'
import { Peer, requestBytes } from '../../harness/peer.ts'
import { random } from '../../harness/seed.ts'
import { type TopicRef, write } from '../scenarios/requests.ts'
import { directoriesOf, dropTopic, fetchCode, isFull, makeTopic, quickRemoval, readAll } from './topics.ts'

const broker = fileBroker({ overrides: quickRemoval })
/** A restart of Kafka takes its time. */
const ROUNDS = isFull && targetName === 'millrace' ? 25 : 3
/** A deletion takes about as long. */
const KILL_AFTER_MS_MAX = 12
const TOPICS = 8
const RECORDS = 3
const SEED = Number(process.env['MILLRACE_SEED'] ?? Date.now() % 1_000_000)

const filled = async (on: Peer, name: string): Promise<TopicRef> => {
  const topic = await makeTopic(on, name)
  for (let count = 0; count < RECORDS; count += 1) await write(on, topic, [{ value: `${name} ${count}` }])
  return topic
}

/** Kafka moves what it finds without a topic aside and leaves it; so does Millrace, where the deletion was not answered. */
const expectGone = (name: string, straysAllowed: boolean): Promise<true> =>
  eventually(`the directory of ${name} is gone`, () => {
    const left = directoriesOf(broker(), name).filter((entry) => !(straysAllowed && entry.endsWith('-stray')))
    if (left.length > 0) throw new Error(left.join(', '))
    return true
  })

const restart = async (): Promise<Peer> => {
  await broker().kill()
  await broker().restart()
  return Peer.open(broker().port)
}

test('a topic deleted before the kill does not come back, and its name is free', async () => {
  const before = await Peer.open(broker().port)
  const topic = await filled(before, 'deleted')
  await dropTopic(before, topic)
  const on = await restart()
  const { topics } = await on.call(metadata, 12, { topics: [{ name: 'deleted' }], allowAutoTopicCreation: false })
  expect(errorName(topics[0]?.errorCode ?? -1)).toBe('UNKNOWN_TOPIC_OR_PARTITION')
  expect(await fetchCode(on, 13, topic)).toBe('UNKNOWN_TOPIC_ID')
  await expectGone('deleted', broker().target === 'kafka')
  const next = await makeTopic(on, 'deleted')
  expect(await readAll(on, next)).toEqual([])
  expect(await write(on, next, [{ value: 'new' }])).toBe(0)
  on.close()
})

test(`killed while topics are deleted, ${ROUNDS} times, seed ${SEED}`, { timeout: 400_000 }, async () => {
  const chance = random(SEED)
  let on = await Peer.open(broker().port)
  for (let round = 0; round < ROUNDS; round += 1) {
    const refs: TopicRef[] = []
    for (let index = 0; index < TOPICS; index += 1) refs.push(await filled(on, `r${round}-${index}-x`))
    const going = refs.slice(1)
    for (const { name } of going) {
      const request = { topics: [{ name, topicId: ZERO_TOPIC_ID }], timeoutMs: 10_000 }
      on.frame(requestBytes(deleteTopics, 6, request))
    }
    await new Promise((resolve) => setTimeout(resolve, chance() * KILL_AFTER_MS_MAX))
    on = await restart()
    const { topics } = await on.call(metadata, 12, { topics: null })
    const listed = new Map(topics.map(({ name, topicId }) => [name, topicId]))
    expect(listed.get(refs[0]!.name)).toBe(refs[0]!.id)
    for (const topic of refs) {
      if (!listed.has(topic.name)) {
        await expectGone(topic.name, true)
        continue
      }
      expect(listed.get(topic.name)).toBe(topic.id)
      await eventually(`${topic.name} is served`, async () =>
        (await fetchCode(on, 13, topic)) === 'NONE' ? true : undefined,
      )
      const values = (await readAll(on, topic)).map(({ value }) => value.toString())
      expect(values).toEqual(Array.from({ length: RECORDS }, (_, count) => `${topic.name} ${count}`))
      await dropTopic(on, topic)
    }
  }
  on.close()
})
