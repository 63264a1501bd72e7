/** A change of metadata that the controller decides. */
import type { Cluster } from '../../cluster/cluster.ts'
import type { Decision } from '../../cluster/decision.ts'
import type { ClusterImage } from '../../cluster/image.ts'
import { actorOf } from '../actor.ts'
import type { Exchange } from '../exchange.ts'

export type Change = (
  decide: (image: ClusterImage) => Decision<void>,
  dryRun: boolean,
  exchange: Exchange,
) => Promise<void>

/** Throws what stands against it, in a dry run too. */
export const changeOf =
  (cluster: Pick<Cluster, 'image' | 'run'>): Change =>
  async (decide, dryRun, exchange) => {
    if (dryRun) decide(cluster.image())
    else await cluster.run(decide, actorOf(exchange))
  }
