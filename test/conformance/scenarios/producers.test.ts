// InitProducerId at every version, and what is known of producers and groups after a restart.
import { produce } from 'millrace/messages/00-produce.js'
import { offsetCommit } from 'millrace/messages/08-offset-commit.js'
import { offsetFetch } from 'millrace/messages/09-offset-fetch.js'
import { heartbeat } from 'millrace/messages/12-heartbeat.js'
import { describeGroups } from 'millrace/messages/15-describe-groups.js'
import { initProducerId } from 'millrace/messages/22-init-producer-id.js'
import { describeProducers } from 'millrace/messages/61-describe-producers.js'
import { batch } from '../../harness/batch.ts'
import type { Peer } from '../../harness/peer.ts'
import { readyTopic } from '../../harness/ready-topic.ts'
import { coordinated, identity, newMember, settled, startJoin, startSync } from './members.ts'
import { newProducer, produceTo, type TopicRef } from './requests.ts'
import { scenarios, type Stage } from './scenario.ts'

const scenario = scenarios('producers')

scenario('ids for producers', { rows: [14] }, async (stage) => {
  const { transcript } = stage
  const on = await stage.peer()
  const ids = [await newProducer(on)]
  for (let version = 0; version <= 5; version += 1) {
    const answer = await on.call(initProducerId, version, { transactionalId: null, transactionTimeoutMs: -1 })
    transcript.name(answer.producerId, `producer of v${version}`)
    transcript.note(`InitProducerId v${version}`, answer)
    ids.push(answer.producerId)
  }
  transcript.note('each is another one', new Set(ids).size === ids.length)
  const had = { transactionalId: null, transactionTimeoutMs: 1000 }
  const again = await on.call(initProducerId, 5, { ...had, producerId: ids[0] ?? 0, producerEpoch: 3 })
  transcript.note('one that had an id gets a new one', [ids.includes(again.producerId), again.producerEpoch])
  for (const given of [{ producerId: 5 }, { producerEpoch: 5 }]) {
    await transcript.versions(on, `${Object.keys(given).join()} alone`, initProducerId, () => ({ ...had, ...given }), {
      from: 3,
    })
  }
  const empty = { transactionalId: '', transactionTimeoutMs: 1000 }
  await transcript.versions(on, 'of an empty transactional id', initProducerId, () => empty)
})

const send = ({ transcript }: Stage, on: Peer, topic: TopicRef, what: string, producerId: number, fields: object) =>
  transcript.call(on, what, produce, 13, produceTo(topic, batch([{ value: 'v' }], { producerId, ...fields })))

scenario('after a restart', { rows: [10, 11, 12, 14, 37, 40] }, async (stage) => {
  const { transcript, broker } = stage
  const topic = { name: 'restarted', id: await stage.topic('restarted') }
  for (const end of ['halt', 'kill'] as const) {
    transcript.note(`--- ${end}`)
    const before = await coordinated(stage, end)
    const producerId = await newProducer(before)
    await transcript.silently(async () => {
      for (let baseSequence = 0; baseSequence < 7; baseSequence += 1) {
        await send(stage, before, topic, '', producerId, { producerEpoch: 1, baseSequence })
      }
    })
    const leader = await newMember(stage, end, `leader, ${end}`)
    const follower = await newMember(stage, end, `follower, ${end}`, 'instance')
    await settled(stage, before, [leader, follower])
    const partitions = [{ partitionIndex: 0, committedOffset: 4, committedMetadata: 'kept' }]
    const committing = { generationIdOrMemberEpoch: leader.generation, memberId: leader.id }
    const topics = [{ topicId: topic.id, partitions }]
    await transcript.call(before, 'before', offsetCommit, 10, { groupId: end, ...committing, topics })
    await broker[end]()
    await broker.restart()
    const on = await coordinated(stage, end)
    await readyTopic(on, `ready-${end}`)
    const known = await on.call(describeProducers, 0, { topics: [{ name: 'restarted', partitionIndexes: [0] }] })
    const producer = known.topics[0]?.partitions[0]?.activeProducers.find((each) => each.producerId === producerId)
    transcript.note('what is known of the producer', [producer?.producerEpoch, producer?.lastSequence])
    const sequence = (what: string, baseSequence: number, producerEpoch = 1) =>
      send(stage, on, topic, what, producerId, { baseSequence, producerEpoch })
    await sequence('the last once more', 6)
    await sequence('one before the window', 1)
    await sequence('one too far', 8)
    await sequence('an older epoch', 7, 0)
    await sequence('the next', 7)
    transcript.note('a new producer is another one', (await newProducer(on)) !== producerId)
    await transcript.call(on, 'the group', describeGroups, 6, { groups: [end] })
    const asked = [{ topicId: topic.id, partitionIndexes: [0] }]
    await transcript.call(on, 'what was committed', offsetFetch, 10, { groups: [{ groupId: end, topics: asked }] })
    for (const member of [leader, follower]) {
      await transcript.call(on, `of ${member.name}`, heartbeat, 4, identity(member))
    }
    const again = { ...follower, id: '', name: 'again', peer: on }
    await startJoin(stage, again)()
    await startSync(stage, again)()
  }
})
