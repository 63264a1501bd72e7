// Names that collide, or look as if they did. Kafka refuses a name that differs from an existing one in dots and underscores alone, but
// makes both when one request brings them.
import { fetch } from 'millrace/messages/01-fetch.js'
import { metadata } from 'millrace/messages/03-metadata.js'
import { createTopics } from 'millrace/messages/19-create-topics.js'
import { deleteTopics } from 'millrace/messages/20-delete-topics.js'
import { errorName } from 'millrace/wire/errors.js'
import { expect, test } from 'vitest'
import { eventually } from '../../harness/eventually.ts'
import { fileBroker } from '../../harness/file-broker.ts'
import { Peer } from '../../harness/peer.ts'
import { fetchFrom, write } from '../scenarios/requests.ts'
import { directoriesOf, dropTopic, expectNothingLeft, makeTopic, quickRemoval, readAll } from './topics.ts'

const broker = fileBroker({ overrides: quickRemoval })

const create = async (on: Peer, names: readonly string[], validateOnly = false): Promise<readonly string[]> => {
  const topics = names.map((name) => ({ name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }))
  const answer = await on.call(createTopics, 7, { topics, timeoutMs: 10_000, validateOnly })
  const codes = new Map(answer.topics.map(({ name, errorCode }) => [name, errorName(errorCode)]))
  return names.map((name) => codes.get(name) ?? 'no answer')
}

/** Waits until each is served; answers what names and ids there are. */
const served = (on: Peer, names: readonly string[]) =>
  eventually('all are served', async () => {
    const { topics } = await on.call(metadata, 12, {
      topics: names.map((name) => ({ name })),
      allowAutoTopicCreation: false,
    })
    const refs = topics.flatMap(({ name, topicId }) => (name === null ? [] : [{ name, id: topicId }]))
    for (const ref of refs) {
      const answer = await on.call(fetch, 13, fetchFrom(ref))
      if (answer.responses[0]?.partitions[0]?.errorCode !== 0) return undefined
    }
    return names.map((name) => {
      const ref = refs.find((each) => each.name === name)
      if (ref === undefined) throw new Error(`no ${name}`)
      return ref
    })
  })

test('colliding names of one request are two topics, and none can be made again beside the other', async () => {
  const on = await Peer.open(broker().port)
  const names = ['coll.id.ing', 'coll_id_ing', 'coll.id_ing']
  expect(await create(on, names, true)).toEqual(['NONE', 'NONE', 'NONE'])
  expect(await create(on, names)).toEqual(['NONE', 'NONE', 'NONE'])
  expect(await create(on, names)).toEqual(['TOPIC_ALREADY_EXISTS', 'TOPIC_ALREADY_EXISTS', 'TOPIC_ALREADY_EXISTS'])
  expect(await create(on, ['coll_id.ing'])).toEqual(['INVALID_TOPIC_EXCEPTION'])
  const refs = await served(on, names)
  for (const ref of refs) expect(await write(on, ref, [{ value: ref.name }])).toBe(0)
  for (const ref of refs) expect((await readAll(on, ref)).map(({ value }) => value.toString())).toEqual([ref.name])

  const [first, ...others] = refs
  await dropTopic(on, first!)
  expect(await create(on, [first!.name])).toEqual(['INVALID_TOPIC_EXCEPTION'])
  for (const ref of others) expect(await readAll(on, ref)).toHaveLength(1)
  for (const ref of others) await dropTopic(on, ref)
  expect(await create(on, [first!.name])).toEqual(['NONE'])
  expect(await create(on, ['coll_id_ing'])).toEqual(['INVALID_TOPIC_EXCEPTION'])
  on.close()
})

test('a restart keeps colliding topics apart', async () => {
  const before = await Peer.open(broker().port)
  const names = ['kept.apart', 'kept_apart']
  expect(await create(before, names)).toEqual(['NONE', 'NONE'])
  for (const ref of await served(before, names)) await write(before, ref, [{ value: ref.name }])
  before.close()
  await broker().halt()
  await broker().restart()
  const on = await Peer.open(broker().port)
  const refs = await served(on, names)
  for (const ref of refs) expect((await readAll(on, ref)).map(({ value }) => value.toString())).toEqual([ref.name])
  const topics = refs.map(({ id }) => ({ name: null, topicId: id }))
  const answer = await on.call(deleteTopics, 6, { topics, timeoutMs: 10_000 })
  expect(answer.responses.map(({ errorCode }) => errorCode)).toEqual([0, 0])
  expect(await create(on, ['kept.apart'])).toEqual(['NONE'])
  on.close()
})

test('a topic that is named as a partition of another one', async () => {
  const on = await Peer.open(broker().port)
  const short = await makeTopic(on, 'lane', { partitions: 12 })
  const long = await makeTopic(on, 'lane-1', { partitions: 2 })
  for (const index of [0, 1, 10, 11]) await write(on, short, [{ value: `lane ${index}` }], {}, index)
  for (const index of [0, 1]) await write(on, long, [{ value: `lane-1 ${index}` }], {}, index)
  await dropTopic(on, short)
  await eventually('the directories of the other one alone are left', () => {
    const left = directoriesOf(broker(), 'lane')
    return left.length === 2 && left.every((name) => /^lane-1-[01]$/.test(name)) ? true : undefined
  })
  for (const index of [0, 1])
    expect((await readAll(on, long, index)).map(({ value }) => value.toString())).toEqual([`lane-1 ${index}`])
  await dropTopic(on, long)
  await expectNothingLeft(broker(), 'lane')
  on.close()
})
