// Topics that come and go, and what must be left of them.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fetch } from 'millrace/messages/01-fetch.js'
import { deleteTopics } from 'millrace/messages/20-delete-topics.js'
import { ZERO_TOPIC_ID } from 'millrace/base/ids.js'
import { errorName } from 'millrace/wire/errors.js'
import { expect } from 'vitest'
import type { Broker } from '../../harness/broker.ts'
import { eventually } from '../../harness/eventually.ts'
import type { Peer } from '../../harness/peer.ts'
import { openDescriptors } from '../../harness/proc.ts'
import { readyTopic, type TopicOptions } from '../../harness/ready-topic.ts'
import { fetchFrom, type TopicRef } from '../scenarios/requests.ts'
import { type ReadRecord, recordsOf } from './records.ts'

export const isFull = process.env['MILLRACE_FULL'] === '1'

/** Files go at once, so that a test sees it. Kafka begins to look for them half a minute after its start, unless told. */
export const quickRemoval = {
  'log.segment.delete.delay.ms': '100',
  'log.initial.task.delay.ms': '100',
  'log.retention.check.interval.ms': '300',
}

export const makeTopic = async (on: Peer, name: string, options: TopicOptions = {}): Promise<TopicRef> => ({
  name,
  id: await readyTopic(on, name, options),
})

/** Resolves once the broker does not serve it any more. */
export const dropTopic = async (on: Peer, topic: TopicRef): Promise<void> => {
  const { responses } = await on.call(deleteTopics, 6, {
    topics: [{ name: topic.name, topicId: ZERO_TOPIC_ID }],
    timeoutMs: 10_000,
  })
  expect(errorName(responses[0]?.errorCode ?? -1)).toBe('NONE')
  await eventually(`${topic.name} is gone`, async () => {
    const code = await fetchCode(on, 13, topic)
    return code === 'UNKNOWN_TOPIC_ID' ? true : undefined
  })
}

export const fetchCode = async (on: Peer, version: number, topic: TopicRef, fetchOffset = 0): Promise<string> => {
  const answer = await on.call(fetch, version, fetchFrom(topic, { fetchOffset }))
  const partition = answer.responses[0]?.partitions[0]
  return errorName(answer.errorCode || (partition?.errorCode ?? 0))
}

/** Every record from the log start to the high watermark. */
export const readAll = async (on: Peer, topic: TopicRef, partition = 0): Promise<readonly ReadRecord[]> => {
  const found: ReadRecord[] = []
  for (let fetchOffset = 0; ; fetchOffset = (found.at(-1)?.offset ?? -1) + 1) {
    const answer = await on.call(fetch, 13, fetchFrom(topic, { partition, fetchOffset }))
    const read = answer.responses[0]?.partitions[0]
    expect(errorName(read?.errorCode ?? -1)).toBe('NONE')
    const records = recordsOf(read?.records ?? Buffer.alloc(0)).filter(({ offset }) => offset >= fetchOffset)
    if (records.length === 0) return found
    found.push(...records)
  }
}

/** Directories of partitions of a topic, whatever their names say of their state. */
export const directoriesOf = ({ dataDirectory }: Broker, topic: string): readonly string[] =>
  readdirSync(dataDirectory).filter((name) => name.startsWith(`${topic}-`))

/** Its files that the broker holds open, deleted ones too. */
export const openFilesOf = ({ pid, dataDirectory }: Broker, topic: string): readonly string[] =>
  openDescriptors(pid()).filter((target) => target.startsWith(`${dataDirectory}/${topic}-`))

/** Nothing of the topic is left: no directory, and no file held open that would keep its space. */
export const expectNothingLeft = (broker: Broker, topic: string): Promise<true> =>
  eventually(`nothing is left of ${topic}`, () => {
    const left = [...directoriesOf(broker, topic), ...openFilesOf(broker, topic)]
    if (left.length > 0) throw new Error(left.join(', '))
    return true
  })

/** Bytes of the data files of a partition. */
export const bytesOnDisk = ({ dataDirectory }: Broker, topic: string, partition = 0): number => {
  const directory = join(dataDirectory, `${topic}-${partition}`)
  return readdirSync(directory)
    .filter((name) => name.includes('.log'))
    .reduce((total, name) => total + (statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0), 0)
}
