// Values that are allowed one by one, and not together; and changes that are too large to be made while running. Each
// problem begins with the key that has to change.
import { resolve } from 'node:path'
import { addressLimits } from './address-limits.ts'
import type { BrokerValues } from './definitions.ts'

type Name = keyof BrokerValues
type NumberName = { [N in Name]: BrokerValues[N] extends number ? N : never }[Name]

const protocols = ['consumer', 'share', 'streams'] as const
const times = ['session.timeout.ms', 'heartbeat.interval.ms', 'assignment.interval.ms'] as const

/** Each of these must not be above the one beside it. */
const notAbove: readonly (readonly [NumberName, NumberName])[] = [
  ['group.min.session.timeout.ms', 'group.max.session.timeout.ms'],
  ...protocols.flatMap((protocol) =>
    times.flatMap(
      (time) =>
        [
          [`group.${protocol}.min.${time}`, `group.${protocol}.${time}`],
          [`group.${protocol}.${time}`, `group.${protocol}.max.${time}`],
        ] as const,
    ),
  ),
  ['group.share.min.delivery.count.limit', 'group.share.delivery.count.limit'],
  ['group.share.delivery.count.limit', 'group.share.max.delivery.count.limit'],
  ['group.share.min.record.lock.duration.ms', 'group.share.record.lock.duration.ms'],
  ['group.share.record.lock.duration.ms', 'group.share.max.record.lock.duration.ms'],
  ['group.share.min.partition.max.record.locks', 'group.share.partition.max.record.locks'],
  ['group.share.partition.max.record.locks', 'group.share.max.partition.max.record.locks'],
  ['group.share.max.size', 'group.share.max.share.sessions'],
  ['group.streams.num.standby.replicas', 'group.streams.max.standby.replicas'],
  ['replica.fetch.wait.max.ms', 'replica.socket.timeout.ms'],
  ['replica.fetch.wait.max.ms', 'replica.lag.time.max.ms'],
]

const below: readonly (readonly [NumberName, NumberName])[] = protocols.map((protocol) => [
  `group.${protocol}.heartbeat.interval.ms`,
  `group.${protocol}.session.timeout.ms`,
])

const CLEANER_THREAD_BYTES = 1_048_576
const EVERY_FOLDER = '*'

/** What is wrong with these values together. */
export const contradictions = (values: BrokerValues): string[] => {
  const found: string[] = []
  for (const [low, high] of notAbove) {
    if (values[low] > values[high]) found.push(`${low}: must not be above ${high}`)
  }
  for (const [low, high] of below) if (values[low] >= values[high]) found.push(`${low}: must be below ${high}`)
  found.push(...folderProblems(values))

  const idle = values['connections.max.idle.ms']
  if (idle >= 0 && values['connection.failed.authentication.delay.ms'] >= idle) {
    found.push('connection.failed.authentication.delay.ms: must be below connections.max.idle.ms')
  }
  const queued = values['queued.max.request.bytes']
  if (queued > 0 && queued < values['socket.request.max.bytes']) {
    found.push('queued.max.request.bytes: must not be below socket.request.max.bytes')
  }
  const { limits } = addressLimits(values['max.connections.per.ip.overrides'])
  if (values['max.connections.per.ip'] === 0 && limits.length === 0) {
    found.push('max.connections.per.ip: can be 0 only where max.connections.per.ip.overrides names an address')
  }
  const threads = values['log.cleaner.threads']
  if (threads === 0 || Math.floor(values['log.cleaner.dedupe.buffer.size'] / threads) <= CLEANER_THREAD_BYTES) {
    found.push('log.cleaner.dedupe.buffer.size: must be more than 1048576 for each of log.cleaner.threads')
  }
  if (values['group.share.assignors'].length !== 1) found.push('group.share.assignors: must name one assignor')
  return found
}

const folderProblems = (values: BrokerValues): string[] => {
  const folders = values['log.dirs'] ?? values['log.dir']
  if (folders.length === 0) return ['log.dirs: at least one folder is needed']
  const places = folders.map((folder) => resolve(folder))
  const twice = folders.find((_, index) => places.indexOf(places[index] ?? '') !== index)
  const stranger = values['cordoned.log.dirs'].find((folder) => folder !== EVERY_FOLDER && !folders.includes(folder))
  return [
    ...(twice === undefined ? [] : [`log.dirs: ${twice} is the same folder as one before it`]),
    ...(stranger === undefined ? [] : [`cordoned.log.dirs: ${stranger} is not one of log.dirs`]),
  ]
}

/** Pools of threads of Kafka: a change while running may at most double or halve them. */
const pools: readonly NumberName[] = [
  'background.threads',
  'log.cleaner.threads',
  'num.io.threads',
  'num.network.threads',
  'num.recovery.threads.per.data.dir',
  'num.replica.fetchers',
  'remote.log.manager.copier.thread.pool.size',
  'remote.log.manager.expiration.thread.pool.size',
  'remote.log.manager.follower.thread.pool.size',
  'remote.log.reader.threads',
]

/** 0 in a file turns these off; while running it would lock everybody out. */
const positive: readonly NumberName[] = ['max.connections', 'max.connection.creation.rate']

/** What is wrong with going from one set of values to another while running. */
export const unfitChanges = (before: BrokerValues, after: BrokerValues): string[] => [
  ...pools
    .filter((name) => after[name] > before[name] * 2 || after[name] < Math.floor(before[name] / 2))
    .map((name) => `${name}: must be at least half of the current ${before[name]}, and at most the double`),
  ...positive.filter((name) => after[name] < 1).map((name) => `${name}: must be at least 1`),
  ...localRetention(after),
]

const UNLIMITED = -1
const AS_RETENTION = -2

const localRetention = (values: BrokerValues): string[] =>
  (['ms', 'bytes'] as const)
    .filter((unit) => {
      const whole = unit === 'ms' ? retentionMs(values) : values['log.retention.bytes']
      const local = values[`log.local.retention.${unit}`]
      return whole >= 0 && local !== AS_RETENTION && (local === UNLIMITED || local > whole)
    })
    .map((unit) => `log.local.retention.${unit}: must not be above log.retention.${unit}`)

const retentionMs = (values: BrokerValues): number => {
  const minutes = values['log.retention.minutes'] ?? values['log.retention.hours'] * 60
  return values['log.retention.ms'] ?? minutes * 60_000
}
