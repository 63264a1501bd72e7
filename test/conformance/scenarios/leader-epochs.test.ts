// A leader that comes back leads in another epoch: what clients that knew the old one are told.
import { fetch } from 'millrace/messages/01-fetch.js'
import { listOffsets } from 'millrace/messages/02-list-offsets.js'
import { metadata } from 'millrace/messages/03-metadata.js'
import { offsetForLeaderEpoch } from 'millrace/messages/23-offset-for-leader-epoch.js'
import { eventually } from '../../harness/eventually.ts'
import { readyTopic } from '../../harness/ready-topic.ts'
import { fetchFrom, write } from './requests.ts'
import { scenarios } from './scenario.ts'

const scenario = scenarios('leader-epochs')

const LATEST = -1
const EARLIEST = -2

scenario('restarts', { rows: [21, 23, 24, 25] }, async (stage) => {
  const { broker, transcript } = stage
  const name = 'restarted'
  const topic = { name, id: await stage.topic(name) }
  await write(await stage.peer(), topic, [{ value: 'of the first' }])
  for (const [end, times] of [
    ['halt', 1],
    ['kill', 1],
    ['kill', 2],
  ] as const) {
    for (let time = 0; time < times; time += 1) {
      await broker[end]()
      await broker.restart()
      await readyTopic(await stage.peer(), `after-${end}-${times}-${time}`)
    }
    transcript.note(`--- ${end}, ${times}`)
    const on = await stage.peer()
    const partition = await eventually(`${name} has a leader`, async () => {
      const answer = await on.call(metadata, 12, { topics: [{ name }], allowAutoTopicCreation: false })
      return answer.topics[0]?.partitions.find(({ leaderId }) => leaderId === 1)
    })
    transcript.note('leads in', partition.leaderEpoch)
    const endsOf = async (what: string): Promise<void> => {
      for (let leaderEpoch = 0; leaderEpoch <= partition.leaderEpoch + 1; leaderEpoch += 1) {
        const partitions = [{ partition: 0, currentLeaderEpoch: -1, leaderEpoch }]
        const request = { replicaId: -1, topics: [{ topic: name, partitions }] }
        await transcript.call(on, `${what}, epoch ${leaderEpoch}`, offsetForLeaderEpoch, 4, request)
      }
    }
    await endsOf('before its first batch')
    const current = { currentLeaderEpoch: partition.leaderEpoch }
    const before = { currentLeaderEpoch: partition.leaderEpoch - 1 }
    for (const [what, epochs] of [
      ['this epoch', current],
      ['the epoch before', before],
      ['the next', { currentLeaderEpoch: partition.leaderEpoch + 1 }],
      ['has read of the epoch before', { ...current, lastFetchedEpoch: before.currentLeaderEpoch, fetchOffset: 1 }],
      ['has read what is gone', { ...current, lastFetchedEpoch: 0, fetchOffset: 50 }],
    ] as const) {
      // One batch: where it is read from, and with how many others, is not what this is about.
      await transcript.call(on, what, fetch, 12, fetchFrom(topic, { ...epochs, partitionMaxBytes: 1 }))
    }
    for (const timestamp of [EARLIEST, LATEST]) {
      const topics = [{ name, partitions: [{ partitionIndex: 0, ...current, timestamp }] }]
      await transcript.call(on, `offset at ${timestamp}`, listOffsets, 7, { replicaId: -1, topics })
    }
    await write(on, topic, [{ value: `after ${end}, ${times}` }])
    await endsOf('with a batch')
  }
})
