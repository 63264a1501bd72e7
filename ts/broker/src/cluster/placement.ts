/**
 * Which brokers hold the replicas of new partitions: racks in turn, brokers of a rack in turn, and each partition one
 * broker further, so that leaders and load spread. Once round, the followers shift by one more, so that the same
 * broker is not always followed by the same neighbour.
 */
import { BrokerError } from '../base/errors.ts'
import type { BrokerId } from '../base/ids.ts'
import type { BrokerImage } from './image.ts'

export interface PlacementRequest {
  readonly partitions: number
  readonly replicationFactor: number
  /** Where the round starts; another for each topic, or all first partitions would have one leader. */
  readonly start: number
}

export const placeReplicas = (
  brokers: Iterable<BrokerImage>,
  { partitions, replicationFactor, start }: PlacementRequest,
): readonly (readonly BrokerId[])[] => {
  const ring = racksInTurn([...brokers])
  const reason = unreachableFactor(replicationFactor, ring.length)
  if (reason !== null) {
    throw new BrokerError(
      'INVALID_REPLICATION_FACTOR',
      `Unable to replicate the partition ${replicationFactor} time(s): ${reason}`,
    )
  }
  return Array.from({ length: partitions }, (_, partition) => {
    const first = start + partition
    const shift = ring.length > 1 ? Math.floor(first / ring.length) % (ring.length - 1) : 0
    return Array.from({ length: replicationFactor }, (_unused, replica) => {
      const step = replica === 0 ? 0 : 1 + ((shift + replica - 1) % (ring.length - 1))
      return ring[(first + step) % ring.length] as BrokerId
    })
  })
}

const unreachableFactor = (factor: number, brokers: number): string | null => {
  if (brokers === 0) return 'All brokers are currently fenced.'
  if (factor <= brokers) return null
  return `The target replication factor of ${factor} cannot be reached because only ${brokers} broker(s) are registered.`
}

const racksInTurn = (brokers: readonly BrokerImage[]): readonly BrokerId[] => {
  const racks = new Map<string | null, BrokerId[]>()
  for (const { id, rack } of [...brokers].sort((a, b) => a.id - b.id)) {
    const members = racks.get(rack)
    if (members === undefined) racks.set(rack, [id])
    else members.push(id)
  }
  const longest = Math.max(0, ...[...racks.values()].map(({ length }) => length))
  return Array.from({ length: longest }, (_, at) =>
    [...racks.values()].flatMap((rack) => rack.slice(at, at + 1)),
  ).flat()
}
