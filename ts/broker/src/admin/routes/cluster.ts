/** The cluster and its brokers. */
import { BrokerError } from '../../base/errors.ts'
import type { BrokerImage, ClusterImage } from '../../cluster/image.ts'
import { resolveBroker } from '../../configs/resolve.ts'
import type { DirectoryRoom, LogDirectory } from '../../engine/native.ts'
import type { FillHistory } from '../../history/fill.ts'
import type { Output } from '../contract.ts'
import { countOffline, findLost } from '../problems.ts'
import { configRows } from './configs.ts'
import type { RouteContext } from './context.ts'
import type { RoutesOf } from './table.ts'

type Broker = Output<'brokers'>['items'][number]

export const clusterRoutes = ({
  services,
  fill,
  counts,
  status,
}: RouteContext): RoutesOf<'cluster' | 'brokers' | 'brokerConfigs'> => {
  const { cluster, configs, groups, engine } = services
  return {
    cluster: async () => {
      const lost = await findLost(engine, cluster.brokerId)
      const image = cluster.image()
      const { topics, partitions, internalTopics, internalPartitions, leaderless, underReplicated } = counts(image)
      const values = configs.values(image)
      return {
        clusterId: image.clusterId,
        nodeId: cluster.brokerId,
        controllerId: image.controllerId,
        version: services.version,
        state: status().state,
        startedAt: String(services.startedAt),
        durability: services.durability,
        insecure: services.insecure,
        readOnly: services.readOnly,
        mayExport: values['admin.export.enable'],
        label: values['admin.label'],
        color: values['admin.color'],
        brokers: image.brokers.size,
        topics,
        partitions,
        internalTopics,
        internalPartitions,
        groups: groups.list({ states: [], types: [] }).length,
        leaderlessPartitions: leaderless,
        underReplicatedPartitions: underReplicated,
        offlineReplicas: countOffline(image, lost).replicas,
      }
    },
    brokers: async () => {
      const image = cluster.image()
      const directories = await engine.queries.logDirs()
      const own = directories.map((directory) => directoryRow(directory, engine.rooms(), fill))
      return {
        items: [...image.brokers.values()].map((broker) =>
          brokerRow(image, broker, broker.id === cluster.brokerId ? own : []),
        ),
      }
    },
    brokerConfigs: ({ broker }) => {
      if (broker !== cluster.brokerId) throw new BrokerError('INVALID_REQUEST', `This is broker ${cluster.brokerId}.`)
      const resolved = resolveBroker(configs.layers(cluster.image()))
      return { items: configRows(resolved, ({ definition }) => definition.dynamic === 'read-only') }
    },
  }
}

const brokerRow = (
  image: ClusterImage,
  { id, rack, endpoints }: BrokerImage,
  directories: Broker['directories'],
): Broker => {
  let [leads, replicas] = [0, 0]
  for (const topic of image.topicsById.values()) {
    for (const partition of topic.partitions) {
      if (partition.leader === id) leads += 1
      if (partition.replicas.includes(id)) replicas += 1
    }
  }
  const places = endpoints.map(({ listener, host, port }) => ({ listener, host, port }))
  return { id, rack, endpoints: places, isController: image.controllerId === id, leads, replicas, directories }
}

const directoryRow = (
  { path, totalBytes, usableBytes, failed, logs }: LogDirectory,
  rooms: readonly DirectoryRoom[],
  fill: FillHistory,
): Broker['directories'][number] => {
  const room = rooms.find((one) => one.path === path)
  return {
    path,
    totalBytes: String(totalBytes),
    freeBytes: String(usableBytes),
    usedBytes: String(logs.reduce((sum, { size }) => sum + size, 0)),
    logs: logs.length,
    failed,
    low: room?.isLow ?? false,
    full: room?.isFull ?? false,
    filling: room === undefined ? null : fill.of(room),
  }
}
