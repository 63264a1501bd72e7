// Tools that declare the state they want: what was set is all that is set, setting it again changes nothing, and a refusal leaves it.
import { describeConfigs } from 'millrace/messages/32-describe-configs.js'
import { alterConfigs } from 'millrace/messages/33-alter-configs.js'
import { eventually } from '../../harness/eventually.ts'
import { scenarios, type Stage } from './scenario.ts'

const scenario = scenarios('declared-configs')
const TOPIC = 2
const BROKER = 4
const GROUP = 32
/** Where DescribeConfigs says that a value of a topic, a broker or a group was set. */
const setHere: Readonly<Record<number, number>> = { [TOPIC]: 1, [BROKER]: 2, [GROUP]: 8 }

const declaring = async (
  { transcript, peer }: Stage,
  resourceType: number,
  resourceName: string,
  states: readonly Readonly<Record<string, string>>[],
): Promise<void> => {
  const on = await peer()
  const found = async (version: number): Promise<readonly string[]> => {
    const resources = [{ resourceType, resourceName, configurationKeys: null }]
    const { results } = await on.call(describeConfigs, version, { resources, includeSynonyms: true })
    const set = results[0]?.configs.filter(({ configSource }) => configSource === setHere[resourceType]) ?? []
    return set.map(({ name, value }) => `${name}=${value}`).toSorted()
  }
  for (const state of states) {
    const before = await found(4)
    const configs = Object.entries(state).map(([name, value]) => ({ name, value }))
    const what = `${resourceName}: ${configs.map(({ name, value }) => `${name}=${value}`).join(' ')}`
    const resources = [{ resourceType, resourceName, configs }]
    for (const validateOnly of [true, false]) {
      const answer = await transcript.call(on, what, alterConfigs, 2, { resources, validateOnly })
      const taken = !validateOnly && answer.responses[0]?.errorCode === 0
      const wanted = taken ? configs.map(({ name, value }) => `${name}=${value}`).toSorted() : before
      // Kafka's brokers hear of a change a moment after it was answered.
      await eventually('what was set is all that is set', async () =>
        (await found(4)).join(' ') === wanted.join(' ') ? true : undefined,
      )
    }
    for (const version of [1, 4]) transcript.note(`set, as v${version} says`, await found(version))
  }
}

scenario('the declared configs of a topic', { rows: [30, 31] }, async (stage) => {
  await stage.topic('declared', { configs: { 'segment.bytes': '2000000' } })
  await declaring(stage, TOPIC, 'declared', [
    { 'retention.ms': '5000', 'cleanup.policy': 'compact,delete' },
    { 'retention.ms': '5000', 'cleanup.policy': 'compact,delete' },
    { 'retention.ms': '6000' },
    { 'retention.ms': '7000', 'no.such.key': '1' },
    { 'retention.ms': 'x' },
    { 'compression.type': 'zstd', preallocate: 'true', 'local.retention.ms': '5' },
    {},
  ])
})

scenario('the declared configs of a broker', { rows: [30, 31] }, (stage) =>
  declaring(stage, BROKER, '1', [
    { 'log.retention.ms': '5000', 'num.io.threads': '10', 'log.cleaner.threads': '2' },
    { 'log.retention.ms': '5000', 'num.io.threads': '10', 'log.cleaner.threads': '2' },
    { 'log.retention.ms': '6000', 'num.partitions': '3' },
    { 'metric.reporters': '', 'ssl.cipher.suites': 'TLS_AES_128_GCM_SHA256' },
    {},
  ]),
)

scenario('the declared configs of a group', { rows: [30, 31] }, (stage) =>
  declaring(stage, GROUP, 'declared', [
    { 'share.auto.offset.reset': 'earliest', 'consumer.session.timeout.ms': '50000' },
    { 'consumer.session.timeout.ms': '1' },
    { 'streams.num.standby.replicas': '1' },
    {},
  ]),
)
