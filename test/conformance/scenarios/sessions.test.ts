// Fetch sessions (KIP-227) at every version that has them.
import { fetch } from 'millrace/messages/01-fetch.js'
import { deleteTopics } from 'millrace/messages/20-delete-topics.js'
import { deleteRecords } from 'millrace/messages/21-delete-records.js'
import { eventually } from '../../harness/eventually.ts'
import type { Peer } from '../../harness/peer.ts'
import { type FetchOptions, type FetchPartition, fetchRequest, type TopicRef, write } from './requests.ts'
import { scenarios, type Stage } from './scenario.ts'

const scenario = scenarios('sessions')
const VERSIONS = [7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18] as const

interface Asked {
  readonly topic: TopicRef
  readonly partitions: readonly FetchPartition[]
}

const asking =
  ({ transcript }: Stage, on: Peer, version: number) =>
  (what: string, asked: readonly Asked[], options: FetchOptions) =>
    transcript.call(on, what, fetch, version, fetchRequest(asked, options))

scenario('a session answers only what changed', { rows: [22] }, async (stage) => {
  const on = await stage.peer()
  for (const version of VERSIONS) {
    const topic = { name: `changes-${version}`, id: await stage.topic(`changes-${version}`, { partitions: 3 }) }
    const ask = asking(stage, on, version)
    for (const index of [0, 1]) await write(on, topic, [{ value: 'first' }], {}, index)
    const partitions = [0, 1, 2].map((partition) => ({ partition }))
    const { sessionId } = await ask('opened', [{ topic, partitions }], { sessionEpoch: 0 })
    await ask('read on', [{ topic, partitions: [{ partition: 0, fetchOffset: 1 }] }], { sessionId, sessionEpoch: 1 })
    await ask('all read', [{ topic, partitions: [{ partition: 1, fetchOffset: 1 }] }], { sessionId, sessionEpoch: 2 })
    await ask('nothing new', [], { sessionId, sessionEpoch: 3 })
    await write(on, topic, [{ value: 'second' }], {}, 2)
    await ask('one has news', [], { sessionId, sessionEpoch: 4 })
    await ask('forgotten', [], { sessionId, sessionEpoch: 5, forget: [{ topic, partitions: [2] }] })
    await ask('an unknown partition', [{ topic, partitions: [{ partition: 9 }] }], { sessionId, sessionEpoch: 6 })
    await ask('out of range', [{ topic, partitions: [{ partition: 0, fetchOffset: 99 }] }], {
      sessionId,
      sessionEpoch: 7,
    })
    await ask('still out of range', [], { sessionId, sessionEpoch: 8 })
    await ask('closed and read once', [{ topic, partitions: [{ partition: 0 }] }], { sessionId, sessionEpoch: -1 })
    await ask('closed', [], { sessionId, sessionEpoch: 9 })
  }
})

scenario('epochs and ids that are wrong', { rows: [22] }, async (stage) => {
  const topic = { name: 'wrong', id: await stage.topic('wrong') }
  const on = await stage.peer()
  const partitions = [{ partition: 0 }]
  for (const version of VERSIONS) {
    const ask = asking(stage, on, version)
    await ask('unknown id', [{ topic, partitions }], { sessionId: 12_345, sessionEpoch: 1 })
    await ask('no id, epoch 1', [{ topic, partitions }], { sessionId: 0, sessionEpoch: 1 })
    const { sessionId } = await ask('opened', [{ topic, partitions }], { sessionEpoch: 0 })
    await ask('too new', [], { sessionId, sessionEpoch: 5 })
    await ask('right', [], { sessionId, sessionEpoch: 1 })
    await ask('again', [], { sessionId, sessionEpoch: 1 })
    await ask('opened anew', [{ topic, partitions }], { sessionId, sessionEpoch: 0 })
    await ask('the first is gone', [], { sessionId, sessionEpoch: 2 })
  }
})

scenario('names and ids do not mix', { rows: [22] }, async (stage) => {
  const topic = { name: 'mixed', id: await stage.topic('mixed') }
  const on = await stage.peer()
  const asked = [{ topic, partitions: [{ partition: 0 }] }]
  const byName = await asking(stage, on, 12)('by name', asked, { sessionEpoch: 0 })
  await asking(stage, on, 13)('then by id', asked, { sessionId: byName.sessionId, sessionEpoch: 1 })
  const byId = await asking(stage, on, 13)('by id', asked, { sessionEpoch: 0 })
  await asking(stage, on, 12)('then by name', asked, { sessionId: byId.sessionId, sessionEpoch: 1 })
})

scenario('a session goes round its partitions', { rows: [18, 22] }, async (stage) => {
  const topic = { name: 'round', id: await stage.topic('round', { partitions: 3 }) }
  const on = await stage.peer()
  for (const index of [0, 1, 2]) {
    for (let count = 0; count < 2; count += 1) await write(on, topic, [{ value: 'x'.repeat(100) }], {}, index)
  }
  const partitions = [0, 1, 2].map((partition) => ({ partition }))
  const ask = asking(stage, on, 18)
  // Room for one batch at a time.
  const { sessionId } = await ask('opened', [{ topic, partitions }], { sessionEpoch: 0, maxBytes: 180 })
  for (let sessionEpoch = 1; sessionEpoch <= 5; sessionEpoch += 1) {
    await ask(`round ${sessionEpoch}`, [], { sessionId, sessionEpoch, maxBytes: 180 })
  }
})

scenario('what an incremental answer names without records', { rows: [22] }, async (stage) => {
  const on = await stage.peer()
  for (const version of [7, 12, 18]) {
    const topic = { name: `moved-${version}`, id: await stage.topic(`moved-${version}`, { partitions: 2 }) }
    for (const index of [0, 1]) await write(on, topic, [{ value: 'x'.repeat(100) }], {}, index)
    const ask = asking(stage, on, version)
    const behind = [
      {
        topic,
        partitions: [
          { partition: 0, fetchOffset: 1 },
          { partition: 1, fetchOffset: 1 },
        ],
      },
    ]
    const { sessionId } = await ask('opened', behind, { sessionEpoch: 0 })
    await on.call(deleteRecords, 2, {
      topics: [{ name: topic.name, partitions: [{ partitionIndex: 0, offset: 1 }] }],
      timeoutMs: 5000,
    })
    await ask('the start moved', [], { sessionId, sessionEpoch: 1 })
    await ask('no more news', [], { sessionId, sessionEpoch: 2 })
    for (const index of [0, 1]) await write(on, topic, [{ value: 'x'.repeat(100) }], {}, index)
    await ask('room for the first only', [], { sessionId, sessionEpoch: 3, maxBytes: 180 })
    const forget = [{ topic, partitions: [0, 1] }]
    const again = [{ topic, partitions: [{ partition: 1, fetchOffset: 1 }] }]
    await ask('one forgotten and wanted again', again, { sessionId, sessionEpoch: 4, forget })
    await ask('the other wanted again', behind, { sessionId, sessionEpoch: 5 })
    const elsewhere = await stage.peer()
    await asking(stage, elsewhere, version)('from another connection', [], { sessionId, sessionEpoch: 6 })
    await ask('all forgotten', [], { sessionId, sessionEpoch: 7, forget })
    await ask('after that', [], { sessionId, sessionEpoch: 8 })
  }
})

scenario('sessions that are not there', { rows: [22] }, async (stage) => {
  const topic = { name: 'absent', id: await stage.topic('absent') }
  const on = await stage.peer()
  const asked = [{ topic, partitions: [{ partition: 0 }] }]
  for (const version of [7, 18]) {
    const ask = asking(stage, on, version)
    await ask('closing one', asked, { sessionId: 12_345, sessionEpoch: -1 })
    await ask('opening over one', asked, { sessionId: 12_345, sessionEpoch: 0 })
    await ask('an epoch below all', asked, { sessionId: 12_345, sessionEpoch: -2 })
    await ask('no partitions', [], { sessionEpoch: 0 })
    await ask('unknown partitions alone', [{ topic, partitions: [{ partition: 7 }] }], { sessionEpoch: 0 })
  }
})

scenario('a topic of a session is deleted', { rows: [22, 27] }, async (stage) => {
  for (const version of [7, 11, 12, 13, 18]) {
    const topic = { name: `gone-${version}`, id: await stage.topic(`gone-${version}`) }
    const on = await stage.peer()
    const ask = asking(stage, on, version)
    const { sessionId } = await ask('opened', [{ topic, partitions: [{ partition: 0 }] }], { sessionEpoch: 0 })
    await on.call(deleteTopics, 5, { topicNames: [topic.name], timeoutMs: 5000 })
    await eventually('it is gone', async () => {
      const answer = await on.call(fetch, 12, fetchRequest([{ topic, partitions: [{}] }]))
      return answer.responses[0]?.partitions[0]?.errorCode === 3 ? true : undefined
    })
    await ask('after it went', [], { sessionId, sessionEpoch: 1 })
    await ask('again', [], { sessionId, sessionEpoch: 2 })
    stage.transcript.name(await stage.topic(topic.name), 'new id')
    await ask('when there is a name-sake', [], { sessionId, sessionEpoch: 3 })
  }
})
