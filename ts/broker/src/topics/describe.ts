/** How a topic looks to a client that came in through one listener. */
import type { ErrorCode } from '../base/error-codes.ts'
import type { BrokerId } from '../base/ids.ts'
import type { BrokerImage, ClusterImage, Endpoint, PartitionImage } from '../cluster/image.ts'

export interface DescribedBroker {
  readonly id: BrokerId
  readonly host: string
  readonly port: number
  readonly rack: string | null
}

export interface DescribedPartition extends PartitionImage {
  readonly error: ErrorCode
  readonly offline: readonly BrokerId[]
}

const endpointOf = (broker: BrokerImage | undefined, listener: string): Endpoint | undefined =>
  broker?.endpoints.find((endpoint) => endpoint.listener === listener)

/** Brokers that the listener leads to; others could not be reached from where the client is. */
export const reachableBrokers = (image: ClusterImage, listener: string): readonly DescribedBroker[] =>
  [...image.brokers.values()].flatMap((broker) => {
    const endpoint = endpointOf(broker, listener)
    return endpoint === undefined
      ? []
      : [{ id: broker.id, host: endpoint.host, port: endpoint.port, rack: broker.rack }]
  })

export const describePartition = (
  image: ClusterImage,
  partition: PartitionImage,
  listener: string,
): DescribedPartition => ({
  ...partition,
  error: partitionError(image, partition, listener),
  offline: partition.replicas.filter((replica) => !image.brokers.has(replica)),
})

const partitionError = (image: ClusterImage, { leader }: PartitionImage, listener: string): ErrorCode => {
  const broker = image.brokers.get(leader)
  if (broker === undefined) return 'LEADER_NOT_AVAILABLE'
  return endpointOf(broker, listener) === undefined ? 'LISTENER_NOT_FOUND' : 'NONE'
}
