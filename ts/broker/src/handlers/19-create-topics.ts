/**
 * CreateTopics. Version 4 brings -1 for the defaults of the broker, which older ones may use as well; 5 answers with
 * the counts and the effective configs; 7 with the topic id, also when the request only validates.
 */
import type { BrokerError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import type { ClusterImage, ConfigOverrides } from '../cluster/image.ts'
import { configSources, resolveTopic } from '../configs/resolve.ts'
import { isSensitive } from '../configs/definitions.ts'
import { actorOf, type Handler } from '../dispatch/context.ts'
import type { CreateTopicsRequest, CreateTopicsResponse } from '../messages/19-create-topics.ts'
import { createRules } from '../topics/automatic.ts'
import { createTopics, type CreateResult } from '../topics/create.ts'
import { errorCode } from '../wire/errors.ts'
import { tellWithoutEffect } from './altering.ts'
import type { Services } from './services.ts'

const FIRST_WITH_CONFIGS = 5

type Reply = CreateTopicsResponse['topics'][number]
type Configs = NonNullable<Reply['configs']>
type Used = Pick<Services, 'cluster' | 'configs' | 'newTopicId' | 'logger'>

export const handleCreateTopics =
  ({ cluster, configs, newTopicId, logger }: Used): Handler<CreateTopicsRequest, CreateTopicsResponse> =>
  async (context, { topics, validateOnly }) => {
    const results = await cluster.run((image) => {
      const decision = createTopics(image, topics, createRules(configs.values(image), newTopicId))
      return validateOnly ? { ...decision, changes: [] } : decision
    }, actorOf(context))
    if (!validateOnly) tellOfCreated(logger, results)
    const image = cluster.image()
    const effective = (overrides: ConfigOverrides): Configs =>
      context.apiVersion < FIRST_WITH_CONFIGS ? [] : effectiveConfigs(image, configs, overrides)
    return { throttleTimeMs: 0, topics: results.map((result) => reply(result, effective)) }
  }

/** One line for the request, however many topics it makes. */
const tellOfCreated = (logger: Logger, results: readonly CreateResult[]): void => {
  const created = results.flatMap((result) => ('created' in result ? [result.created] : []))
  const names = new Set(created.flatMap(({ configs }) => [...configs.keys()]))
  const [first] = created
  if (first === undefined) return
  tellWithoutEffect(logger, 'topic', created.length === 1 ? first.name : `${created.length} topics`, [...names])
}

const reply = (result: CreateResult, effective: (overrides: ConfigOverrides) => Configs): Reply => {
  if ('error' in result) return { name: result.name, ...failure(result.error) }
  const { name, id, numPartitions, replicationFactor, configs } = result.created
  return {
    name,
    topicId: id,
    errorCode: 0,
    errorMessage: null,
    numPartitions,
    replicationFactor,
    configs: effective(configs),
  }
}

const failure = ({ code, message }: BrokerError) => ({ errorCode: errorCode(code), errorMessage: message })

const effectiveConfigs = (image: ClusterImage, configs: Services['configs'], overrides: ConfigOverrides): Configs =>
  [...resolveTopic(configs.layers(image), overrides)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { value, source, definition }]) => ({
      name,
      // Of the topic as it was written, unlike DescribeConfigs.
      value: overrides.get(name) ?? value,
      readOnly: false,
      configSource: configSources[source],
      isSensitive: isSensitive(definition),
    }))
