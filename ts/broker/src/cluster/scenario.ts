/** Clusters for tests: images with brokers and topics, and a controller over a store in memory. */
import { manualClock, type ManualClock } from '../base/clock.ts'
import { brokerId, type BrokerId } from '../base/ids.ts'
import { silentLogger } from '../base/logger.ts'
import { applyChanges } from './apply.ts'
import { startController, type Controller } from './controller.ts'
import { emptyImage, type ClusterImage, type Endpoint } from './image.ts'
import { startSession, type Session } from './liveness.ts'
import type { Publish } from './publish.ts'
import type { Change } from './records.ts'
import { createMemoryStore } from './store/memory.ts'
import type { MetadataStore } from './store/store.ts'

export const ENDPOINTS: readonly Endpoint[] = [{ listener: 'PLAINTEXT', host: 'localhost', port: 9092 }]

export const withBrokers = (...ids: readonly number[]): ClusterImage =>
  applyChanges(
    emptyImage,
    1,
    ids.map((id): Change => ({ kind: 'broker', broker: brokerId(id), record: { rack: null, endpoints: ENDPOINTS } })),
  )

export interface TestCluster extends Controller {
  readonly store: MetadataStore
  readonly clock: ManualClock
  readonly session: Session
}

/** One broker with its session, as a single node has it. */
export const startTestCluster = async (
  publish: Publish = () => undefined,
  broker: BrokerId = brokerId(1),
): Promise<TestCluster> => {
  const clock = manualClock()
  const store = createMemoryStore(clock)
  const session = await startSession(store, { broker, rack: null, endpoints: ENDPOINTS }, clock, silentLogger)
  const controller = await startController({ store, brokerId: broker, publish, logger: silentLogger })
  return { ...controller, store, clock, session }
}
