// What is for a Java virtual machine: plug-ins by the names of their classes, and metrics as Java shows them.
import { boolean, className, int, list, long, string } from '../kinds.ts'

const javaOnly = { without: 'it names Java classes' } as const
const ownMetrics = { without: 'metrics of this broker are not those of a Java virtual machine' } as const

export const javaKeys = {
  'config.providers': list(
    [],
    'Java classes that look up values such as ${file:...}, by the names they are used under.',
    {
      ...javaOnly,
      dynamic: 'cluster-wide',
    },
  ),
  'create.topic.policy.class.name': className(null, 'The Java class that may refuse a new topic.', javaOnly),
  'alter.config.policy.class.name': className(null, 'The Java class that may refuse a change of configs.', javaOnly),
  'security.providers': string(null, 'Java classes that bring security algorithms.', javaOnly),

  'metric.reporters': list(['org.apache.kafka.common.metrics.JmxReporter'], 'Java classes that pass metrics on.', {
    ...javaOnly,
    dynamic: 'cluster-wide',
  }),
  'kafka.metrics.reporters': list([], 'Java classes that pass the older metrics on.', javaOnly),
  'kafka.metrics.polling.interval.secs': int(10, 'Seconds between two reports of the older metrics.', {
    ...ownMetrics,
    min: 1,
  }),
  'metrics.num.samples': int(2, 'Spans of time that a metric is computed over.', { ...ownMetrics, min: 1 }),
  'metrics.sample.window.ms': long(30_000, 'Milliseconds of a span of time that a metric is computed over.', {
    ...ownMetrics,
    min: 1,
  }),
  'metrics.recording.level': string('INFO', 'How much is measured: INFO, DEBUG or TRACE.', ownMetrics),
  'telemetry.max.bytes': int(1_048_576, 'Bytes of metrics that a client may push at one time.', {
    min: 1,
    without: 'clients cannot push metrics yet',
  }),

  'unstable.api.versions.enable': boolean(false, 'Serves versions of APIs that may still change.', {
    hidden: true,
    without: 'there are none here',
  }),
  'unstable.feature.versions.enable': boolean(false, 'Allows versions of features that may still change.', {
    hidden: true,
    without: 'there are none here',
  }),
} as const
