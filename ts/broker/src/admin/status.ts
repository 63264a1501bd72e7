/** What state the broker is in, as whoever asks for its health is told. */
import type { RecoveryProgress } from '../engine/native.ts'

export type BrokerState = 'starting' | 'recovering' | 'running' | 'stopping'

export interface BrokerStatus {
  readonly state: BrokerState
  readonly recovery: RecoveryProgress
}
