/**
 * Ids for producers, unique in the cluster for good. They are taken from the store in blocks, so that an id costs a
 * commit only now and then; what is left of a block when the process ends is never used.
 */
import type { Cluster } from './cluster.ts'
import type { Decision } from './decision.ts'
import type { ClusterImage } from './image.ts'

/** Kafka's block as well. */
const BLOCK_IDS = 1_000

export interface ProducerIds {
  next(): Promise<number>
}

export const createProducerIds = (cluster: Pick<Cluster, 'run'>): ProducerIds => {
  const block = { next: 0, end: 0 }
  let refill: Promise<void> | undefined

  const takeBlock = async (): Promise<void> => {
    try {
      block.next = await cluster.run(nextBlock)
      block.end = block.next + BLOCK_IDS
    } finally {
      refill = undefined
    }
  }

  return {
    async next() {
      // Once more when those who waited before used the new block up.
      while (block.next === block.end) await (refill ??= takeBlock())
      return block.next++
    },
  }
}

const nextBlock = (image: ClusterImage): Decision<number> => ({
  result: image.nextProducerId,
  changes: [{ kind: 'producer-ids', record: { next: image.nextProducerId + BLOCK_IDS } }],
  guards: [{ record: { kind: 'producer-ids' }, is: image.nextProducerId === 0 ? 'absent' : 'unchanged' }],
})
