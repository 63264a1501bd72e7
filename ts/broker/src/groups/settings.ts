/** What of the broker's configs the group coordinator obeys. */
import type { BrokerValues } from '../configs/definitions.ts'
import type { GroupSettings } from './commands.ts'

const MINUTE_MS = 60_000

export const groupSettings = (values: BrokerValues): GroupSettings => ({
  sessionTimeoutMsMin: values['group.min.session.timeout.ms'],
  sessionTimeoutMsMax: values['group.max.session.timeout.ms'],
  initialRebalanceDelayMs: values['group.initial.rebalance.delay.ms'],
  membersMax: values['group.max.size'],
  offsetMetadataMax: values['offset.metadata.max.bytes'],
  offsetsRetentionMs: values['offsets.retention.minutes'] * MINUTE_MS,
  offsetsRetentionCheckMs: values['offsets.retention.check.interval.ms'],
})
