/** Topic configs as the engine takes them. */
import type { TopicValues } from '../configs/definitions.ts'
import type { ImageLogConfig } from '../engine/native.ts'

/** The level of the codec that batches are stored with, where it has one that is not its default. */
const levelOf = (values: TopicValues): Pick<ImageLogConfig, 'compressionLevel'> => {
  const gzip = values['compression.gzip.level']
  switch (values['compression.type']) {
    case 'gzip':
      return gzip === -1 ? {} : { compressionLevel: gzip }
    case 'zstd':
      return { compressionLevel: values['compression.zstd.level'] }
    default:
      return {}
  }
}

/** What of a topic's configs the engine honours. */
export const logConfig = (values: TopicValues): ImageLogConfig => ({
  segmentBytes: values['internal.segment.bytes'] ?? values['segment.bytes'],
  segmentMs: values['segment.ms'],
  segmentJitterMs: values['segment.jitter.ms'],
  segmentIndexBytes: values['segment.index.bytes'],
  indexIntervalBytes: values['index.interval.bytes'],
  retentionMs: values['retention.ms'],
  retentionBytes: values['retention.bytes'],
  fileDeleteDelayMs: values['file.delete.delay.ms'],
  maxMessageBytes: values['max.message.bytes'],
  cleanupDelete: values['cleanup.policy'].includes('delete'),
  cleanupCompact: values['cleanup.policy'].includes('compact'),
  minCleanableDirtyRatio: values['min.cleanable.dirty.ratio'],
  minCompactionLagMs: values['min.compaction.lag.ms'],
  maxCompactionLagMs: values['max.compaction.lag.ms'],
  deleteRetentionMs: values['delete.retention.ms'],
  timestampType: values['message.timestamp.type'],
  timestampBeforeMaxMs: values['message.timestamp.before.max.ms'],
  timestampAfterMaxMs: values['message.timestamp.after.max.ms'],
  flushMessages: values['flush.messages'],
  flushMs: values['flush.ms'],
  minInsyncReplicas: values['min.insync.replicas'],
  compression: values['compression.type'],
  ...levelOf(values),
  strictValidation: values['message.validation'] === 'strict',
})
