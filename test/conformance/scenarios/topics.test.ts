// CreateTopics, DeleteTopics, CreatePartitions and DeleteRecords at every version.
import { type Uuid, ZERO_TOPIC_ID } from 'millrace/base/ids.js'
import { metadata } from 'millrace/messages/03-metadata.js'
import { createTopics } from 'millrace/messages/19-create-topics.js'
import { deleteTopics } from 'millrace/messages/20-delete-topics.js'
import { deleteRecords } from 'millrace/messages/21-delete-records.js'
import { createPartitions } from 'millrace/messages/37-create-partitions.js'
import type { Infer } from 'millrace/wire/schema.js'
import { eventually } from '../../harness/eventually.ts'
import { type WantedTopic, wantedTopics } from '../../harness/wanted-topics.ts'
import { byName, UNKNOWN_ID, write } from './requests.ts'
import { scenarios } from './scenario.ts'

const scenario = scenarios('topics')

type CreateTopicsAnswer = Infer<typeof createTopics.response>

const creating = (wanted: readonly WantedTopic[], validateOnly = false) => ({
  topics: wantedTopics(wanted),
  timeoutMs: 5000,
  validateOnly,
})

const assigned = (...brokers: readonly (readonly number[])[]) =>
  brokers.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds }))

scenario('what cannot be created', { rows: [28, 29] }, async ({ transcript, topic, peer }) => {
  await topic('exists')
  await topic('with.dot')
  const on = await peer()
  const manual = { numPartitions: -1, replicationFactor: -1 }
  const wrong: readonly [string, WantedTopic][] = [
    ['exists', { name: 'exists' }],
    ['collides', { name: 'with_dot' }],
    ['no partitions', { name: 'x', numPartitions: 0 }],
    ['fewer than none', { name: 'x', numPartitions: -2 }],
    ['no replicas', { name: 'x', replicationFactor: 0 }],
    ['fewer replicas than none', { name: 'x', replicationFactor: -2 }],
    ['too many partitions', { name: 'x', numPartitions: 10_001 }],
    ['the log of the metadata', { name: '__cluster_metadata' }],
    ['more replicas than brokers', { name: 'x', replicationFactor: 2 }],
    ['an empty name', { name: '' }],
    ['a dot', { name: '.' }],
    ['two dots', { name: '..' }],
    ['a blank', { name: 'a b' }],
    ['249 and one', { name: 'n'.repeat(250) }],
    ['unknown key', { name: 'x', configs: [{ name: 'no.such.key', value: '1' }] }],
    ['bad value', { name: 'x', configs: [{ name: 'retention.ms', value: 'long' }] }],
    ['null value', { name: 'x', configs: [{ name: 'retention.ms', value: null }] }],
    ['assigned and counted', { name: 'x', assignments: assigned([1]) }],
    ['unknown broker', { name: 'x', ...manual, assignments: assigned([9]) }],
    ['a broker twice', { name: 'x', ...manual, assignments: assigned([1, 1]) }],
    ['no broker', { name: 'x', ...manual, assignments: assigned([]) }],
    ['partition 1 alone', { name: 'x', ...manual, assignments: [{ partitionIndex: 1, brokerIds: [1] }] }],
  ]
  for (const [what, wanted] of wrong) {
    await transcript.versions(on, what, createTopics, () => creating([wanted]))
    await transcript.versions(on, `${what}, only to validate`, createTopics, () => creating([wanted], true))
  }
  const mixed = [{ name: 'x', numPartitions: 0 }, { name: 'twice' }, { name: 'twice' }, { name: 'good' }]
  for (let version = 2; version <= 7; version += 1) {
    const { topics } = await on.call(createTopics, version, creating(mixed, true))
    const results = topics.map(({ name, errorCode }) => ({ name, errorCode }))
    transcript.note(`one of several is right, v${version}`, results.toSorted(byName))
  }
  await transcript.versions(on, 'a name twice', createTopics, () => creating([{ name: 'twice' }, { name: 'twice' }]))
})

/** What is in force, of the keys that a scenario sets; `configs.test.ts` has all. */
const shown = new Set(['retention.ms', 'cleanup.policy'])

const settled = ({ topics }: CreateTopicsAnswer) =>
  topics.map(({ configs, topicId, ...rest }) => ({
    ...rest,
    hasId: topicId !== ZERO_TOPIC_ID,
    configs: configs?.filter(({ name }) => shown.has(name)).toSorted(byName),
  }))

scenario('what is created', { rows: [28, 29, 47] }, async ({ transcript, peer }) => {
  const on = await peer()
  for (let version = 2; version <= 7; version += 1) {
    const asked: readonly WantedTopic[] = [
      { name: `plain-${version}` },
      { name: `default-${version}`, numPartitions: -1, replicationFactor: -1 },
      { name: `manual-${version}`, numPartitions: -1, replicationFactor: -1, assignments: assigned([1], [1]) },
      { name: `key-${version}`, configs: [{ name: 'retention.ms', value: '1000' }] },
      { name: `no-policy-${version}`, configs: [{ name: 'cleanup.policy', value: '' }] },
      { name: `${'n'.repeat(247)}-${version}` },
    ]
    for (const wanted of asked) {
      const validated = await on.call(createTopics, version, creating([wanted], true))
      const created = await on.call(createTopics, version, creating([wanted]))
      const again = await on.call(createTopics, version, creating([wanted]))
      transcript.note(wanted.name, { validated: settled(validated), created: settled(created), again: settled(again) })
    }
  }
})

scenario('deleting', { rows: [27] }, async ({ transcript, topic, peer }) => {
  const on = await peer()
  for (let version = 1; version <= 5; version += 1) {
    await topic(`old-${version}`)
    const topicNames = ['no-such-topic', `old-${version}`]
    for (const name of topicNames)
      await transcript.call(on, name, deleteTopics, version, { topicNames: [name], timeoutMs: 5000 })
  }
  const topicId = await topic('named')
  const other = await topic('by-id')
  const ask = (what: string, topics: readonly { readonly name: string | null; readonly topicId: Uuid }[]) =>
    transcript.call(on, what, deleteTopics, 6, { topics, timeoutMs: 5000 })
  const none = ZERO_TOPIC_ID
  await ask('name and id', [{ name: 'named', topicId }])
  await ask('neither', [{ name: null, topicId: none }])
  await ask('unknown id', [{ name: null, topicId: UNKNOWN_ID }])
  await ask('unknown name', [{ name: 'no-such-topic', topicId: none }])
  await ask('id', [{ name: null, topicId: other }])
  await ask('name', [{ name: 'named', topicId: none }])
  await ask('gone', [{ name: 'named', topicId: none }])
})

scenario('deleting the same twice', { rows: [27] }, async ({ transcript, topic, peer }) => {
  const topicId = await topic('doubled')
  const on = await peer()
  const topicNames = ['doubled', 'doubled']
  for (let version = 1; version <= 5; version += 1) {
    const { responses } = await on.call(deleteTopics, version, { topicNames, timeoutMs: 5000 })
    const results = responses.map(({ name, errorCode }) => ({ name, errorCode }))
    transcript.note(`by name, v${version}`, results)
    await topic('doubled-again').then(() =>
      on.call(deleteTopics, 5, { topicNames: ['doubled-again'], timeoutMs: 5000 }),
    )
  }
  for (const topics of [
    [
      { name: null, topicId },
      { name: null, topicId },
    ],
    [
      { name: 'doubled', topicId: ZERO_TOPIC_ID },
      { name: null, topicId },
    ],
  ]) {
    const { responses } = await on.call(deleteTopics, 6, { topics, timeoutMs: 5000 })
    transcript.note(
      'by id',
      responses.map(({ name, errorCode }) => ({ name, errorCode })),
    )
  }
})

scenario('deleting an internal topic', { rows: [27] }, async ({ transcript, topic, peer }) => {
  const on = await peer()
  const names = async () => (await on.call(metadata, 12, { topics: null })).topics.map(({ name }) => name)
  for (let version = 1; version <= 6; version += 1) {
    await topic('__consumer_offsets')
    const request =
      version < 6
        ? { topicNames: ['__consumer_offsets'], timeoutMs: 5000 }
        : { topics: [{ name: '__consumer_offsets', topicId: ZERO_TOPIC_ID }], timeoutMs: 5000 }
    const { responses } = await on.call(deleteTopics, version, request)
    transcript.note(
      `by name, v${version}`,
      responses.map(({ name, errorCode }) => ({ name, errorCode })),
    )
    await eventually('the topic is gone', async () => !(await names()).includes('__consumer_offsets') || undefined)
  }
})

scenario('more partitions', { rows: [29] }, async ({ transcript, topic, peer }) => {
  await topic('grown')
  const on = await peer()
  let count = 1
  const grow = (
    wanted: number,
    assignments: readonly { readonly brokerIds: readonly number[] }[] | null = null,
    validateOnly = false,
    name = 'grown',
  ) => ({
    topics: [{ name, count: wanted, assignments }],
    timeoutMs: 5000,
    validateOnly,
  })
  await transcript.versions(on, 'one more', createPartitions, () => grow(++count))
  await transcript.versions(on, 'as many', createPartitions, () => grow(count))
  await transcript.versions(on, 'fewer', createPartitions, () => grow(1))
  await transcript.versions(on, 'none', createPartitions, () => grow(0))
  await transcript.versions(on, 'below none', createPartitions, () => grow(-1))
  await transcript.versions(on, 'only to validate', createPartitions, () => grow(9, null, true))
  await transcript.versions(on, 'unknown', createPartitions, () => grow(9, null, false, 'no-such-topic'))
  await transcript.versions(on, 'too few assigned', createPartitions, () => grow(count + 2, [{ brokerIds: [1] }]))
  await transcript.versions(on, 'unknown broker', createPartitions, () => grow(count + 1, [{ brokerIds: [7] }]))
  await transcript.versions(on, 'assigned', createPartitions, () => grow(++count, [{ brokerIds: [1] }]))
})

scenario('deleting records', { rows: [32, 47] }, async ({ transcript, topic, peer }) => {
  const on = await peer()
  const ref = { name: 'trimmed', id: await topic('trimmed') }
  await topic('compacted', { configs: { 'cleanup.policy': 'compact' } })
  for (let count = 0; count < 5; count += 1) await write(on, ref, [{ value: 'a' }])
  const trim =
    (offset: number, name = 'trimmed', partitionIndex = 0) =>
    () => ({
      topics: [{ name, partitions: [{ partitionIndex, offset }] }],
      timeoutMs: 5000,
    })
  for (const offset of [-2, 6, 2, 1, -1]) await transcript.versions(on, `to ${offset}`, deleteRecords, trim(offset))
  await transcript.versions(on, 'compacted', deleteRecords, trim(0, 'compacted'))
  await topic('both', { configs: { 'cleanup.policy': 'compact,delete' } })
  await transcript.versions(on, 'compacted and deleted', deleteRecords, trim(0, 'both'))
  await topic('kept', { configs: { 'cleanup.policy': '' } })
  await transcript.versions(on, 'neither', deleteRecords, trim(0, 'kept'))
  await topic('__consumer_offsets')
  await transcript.versions(on, 'internal', deleteRecords, trim(0, '__consumer_offsets'))
  await transcript.versions(on, 'unknown topic', deleteRecords, trim(0, 'no-such-topic'))
  await transcript.versions(on, 'unknown partition', deleteRecords, trim(0, 'trimmed', 6))
})
