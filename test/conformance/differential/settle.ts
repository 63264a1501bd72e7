// Kafka answers a change of topics or configs before all of the broker knows of it. Millrace does not, and waits here with it.
import { createTopics } from 'millrace/messages/19-create-topics.js'
import { describeConfigs } from 'millrace/messages/32-describe-configs.js'
import { findCoordinator } from 'millrace/messages/10-find-coordinator.js'
import { heartbeat } from 'millrace/messages/12-heartbeat.js'
import { incrementalAlterConfigs } from 'millrace/messages/44-incremental-alter-configs.js'
import { initProducerId } from 'millrace/messages/22-init-producer-id.js'
import { batch } from '../../harness/batch.ts'
import { produce } from 'millrace/messages/00-produce.js'
import { listOffsets } from 'millrace/messages/02-list-offsets.js'
import { eventually } from '../../harness/eventually.ts'
import { Peer } from '../../harness/peer.ts'

const TOPIC = 2
const SET = 0
const MARK = 'retention.bytes'
const QUICKLY = { intervalMs: 2 }

/** A topic of its own whose configs tell how far the broker has read the changes of the cluster. */
export const SETTLED = 'settled'

export class Settled {
  readonly #peer: Peer
  #mark = 1_000_000

  private constructor(peer: Peer) {
    this.#peer = peer
  }

  /** Waits until a new broker serves everything that is asked later. */
  static async with(port: number): Promise<Settled> {
    const peer = await Peer.open(port)
    const topic = { name: SETTLED, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }
    await eventually('a topic can be made', async () => {
      const { topics } = await peer.call(createTopics, 7, { topics: [topic] })
      return topics[0]?.errorCode === 0 || topics[0]?.errorCode === TOPIC_EXISTS ? true : undefined
    })
    await eventually('its partition is served', async () => {
      const partitions = [{ partitionIndex: 0, timestamp: -1 }]
      const { topics } = await peer.call(listOffsets, 1, { replicaId: -1, topics: [{ name: SETTLED, partitions }] })
      return topics[0]?.partitions[0]?.errorCode === 0 ? true : undefined
    })
    await eventually('groups have a coordinator', async () => {
      await peer.call(findCoordinator, 4, { coordinatorKeys: ['any'] })
      const { errorCode } = await peer.call(heartbeat, 3, { groupId: 'any', generationId: 1, memberId: 'who' })
      return errorCode === UNKNOWN_MEMBER_ID ? true : undefined
    })
    await eventually('producers get ids', async () => {
      const request = { transactionalId: null, transactionTimeoutMs: 1000 }
      const { errorCode } = await peer.call(initProducerId, 4, request)
      return errorCode === 0 ? true : undefined
    })
    const settled = new Settled(peer)
    await settled.wait()
    return settled
  }

  /**
   * A mark that is visible says that all changes before it are, but not that everything has been done with them: that is so when one
   * that was made later is visible as well, as changes are taken up one after another.
   */
  async wait(): Promise<void> {
    await this.#waitForMark()
    await this.#waitForMark()
  }

  /**
   * Waits until what was sent with acks 0 can be read: Millrace shows nothing that is not on the disk, and what is written later gets
   * there later.
   */
  async written(): Promise<void> {
    const partitionData = [{ index: 0, records: batch([{ value: 'later' }]) }]
    const request = { transactionalId: null, acks: 1, timeoutMs: 5000, topicData: [{ name: SETTLED, partitionData }] }
    await this.#peer.call(produce, 3, request)
  }

  close(): void {
    this.#peer.close()
  }

  async #waitForMark(): Promise<void> {
    const value = String((this.#mark += 1))
    const resource = { resourceType: TOPIC, resourceName: SETTLED }
    const configs = [{ name: MARK, configOperation: SET, value }]
    await this.#peer.call(incrementalAlterConfigs, 1, { resources: [{ ...resource, configs }], validateOnly: false })
    const wanted = { resources: [{ ...resource, configurationKeys: [MARK] }] }
    await eventually(
      'the mark is visible',
      async () => {
        const { results } = await this.#peer.call(describeConfigs, 1, wanted)
        return results[0]?.configs[0]?.value === value ? true : undefined
      },
      QUICKLY,
    )
  }
}

const TOPIC_EXISTS = 36
const UNKNOWN_MEMBER_ID = 25
