/** The id of the cluster: written by the first broker that ever starts, the same for all from then on. */
import { BrokerError } from '../base/errors.ts'
import { unchanged, type Decision } from './decision.ts'
import type { ClusterImage } from './image.ts'

export const claimClusterId =
  (clusterId: string) =>
  (image: ClusterImage): Decision<void> => {
    if (image.clusterId === clusterId) return unchanged(undefined)
    if (image.clusterId !== '') {
      const message = `the data belongs to cluster ${image.clusterId}, this broker to ${clusterId}`
      throw new BrokerError('INCONSISTENT_CLUSTER_ID', message)
    }
    return {
      result: undefined,
      changes: [{ kind: 'cluster', record: { clusterId } }],
      guards: [{ record: { kind: 'cluster' }, is: 'absent' }],
    }
  }
