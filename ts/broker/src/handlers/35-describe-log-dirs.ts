/**
 * DescribeLogDirs. Version 3 brings an error of its own, 4 the size of the volumes, 5 whether a directory is cordoned
 * off, which none is here. Null asks for every partition.
 */
import type { ClusterImage } from '../cluster/image.ts'
import type { Handler } from '../dispatch/context.ts'
import type { LogDirectory } from '../engine/native.ts'
import type { DescribeLogDirsRequest, DescribeLogDirsResponse } from '../messages/35-describe-log-dirs.ts'
import { errorCode } from '../wire/errors.ts'
import type { Services } from './services.ts'

type Topics = DescribeLogDirsRequest['topics']
type Reply = DescribeLogDirsResponse['results'][number]
type Log = LogDirectory['logs'][number]

export const handleDescribeLogDirs =
  ({
    cluster,
    queries,
  }: Pick<Services, 'cluster' | 'queries'>): Handler<DescribeLogDirsRequest, DescribeLogDirsResponse> =>
  async (_context, { topics }) => {
    const isWanted = wantedLogs(topics)
    const directories = await queries.logDirs()
    const image = cluster.image()
    return {
      throttleTimeMs: 0,
      errorCode: 0,
      results: directories.map((directory) => describe(image, directory, isWanted)),
    }
  }

type Wanted = (topic: string, partition: number) => boolean

const wantedLogs = (topics: Topics): Wanted => {
  if (topics === null) return () => true
  const wanted = new Set(
    topics.flatMap(({ topic, partitions }) => partitions.map((partition) => `${topic}/${partition}`)),
  )
  return (topic, partition) => wanted.has(`${topic}/${partition}`)
}

const describe = (image: ClusterImage, directory: LogDirectory, isWanted: Wanted): Reply => {
  const { path: logDir, failed, totalBytes, usableBytes, logs } = directory
  if (failed) return { errorCode: errorCode('KAFKA_STORAGE_ERROR'), logDir, topics: [] }
  const byTopic = new Map<string, Log[]>()
  for (const log of logs) {
    const name = image.topicsById.get(log.topicId)?.name
    if (name === undefined || !isWanted(name, log.partition)) continue
    const known = byTopic.get(name)
    if (known === undefined) byTopic.set(name, [log])
    else known.push(log)
  }
  return { errorCode: 0, logDir, totalBytes, usableBytes, topics: [...byTopic].map(topicReply) }
}

const topicReply = ([name, logs]: readonly [string, readonly Log[]]): Reply['topics'][number] => ({
  name,
  partitions: logs.map(({ partition, size }) => ({
    partitionIndex: partition,
    partitionSize: size,
    offsetLag: 0,
    isFutureKey: false,
  })),
})
