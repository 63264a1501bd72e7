/**
 * The composition root: every object of a broker is built here, in order, and stopped in reverse. What each step needs
 * of those before it is the whole of the wiring; `DESIGN.md` says why the order is this one.
 */
import { randomUUID } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { type Admin, type AdminOptions, type Console, createAdmin } from './admin/start.ts'
import { type Clock, systemClock } from './base/clock.ts'
import { createAudit } from './audit/audit.ts'
import { BrokerError, messageOf } from './base/errors.ts'
import { brokerId, randomTopicId } from './base/ids.ts'
import type { LogFields, Logger } from './base/logger.ts'
import { productVersion } from './base/version.ts'
import { createBrokerConfigs } from './cluster/broker-configs.ts'
import { startController } from './cluster/controller.ts'
import { createConfigurer, engineSettings } from './cluster/engine-settings.ts'
import { claimClusterId } from './cluster/identity.ts'
import type { Endpoint } from './cluster/image.ts'
import { startSession } from './cluster/liveness.ts'
import { logConfig } from './cluster/log-config.ts'
import { createProducerIds } from './cluster/producer-ids.ts'
import { createPublisher, publishToAll, type Publish } from './cluster/publish.ts'
import { countStart } from './cluster/starts.ts'
import { takeInUnnamed } from './cluster/take-in.ts'
import { openEmbeddedStore } from './cluster/store/embedded.ts'
import type { Snapshot } from './cluster/store/store.ts'
import type { Listener } from './configs/listeners.ts'
import { type BrokerLayers, topicDefaults } from './configs/resolve.ts'
import { type BrokerConfig, withoutEffectLine } from './configs/start-up.ts'
import { storedClusterId } from './configs/stored-identity.ts'
import { withoutEffect } from './configs/without-effect.ts'
import { createDispatch } from './dispatch/dispatch.ts'
import { createLatencies } from './dispatch/latency.ts'
import { Engine } from './engine/engine.ts'
import type { EngineOptions, ListenerAddress, OpenFiles } from './engine/native.ts'
import { createJobs, tellOfJobs } from './engine/jobs.ts'
import { createRecords } from './engine/records.ts'
import { createRecovery, tellOfRecovery } from './engine/recovery.ts'
import { createRefusalLog } from './engine/refusals.ts'
import { watchData } from './engine/watch-data.ts'
import { groupSettings } from './groups/settings.ts'
import { createGroups } from './groups/groups.ts'
import { OFFSETS_TOPIC } from './groups/offsets-topic.ts'
import { audited } from './handlers/audited.ts'
import { createMoved } from './handlers/moved-offsets.ts'
import { createHandlers } from './handlers/index.ts'
import { keptAudit, ledPartition, ownCanary } from './own-topics.ts'
import type { ImportTarget } from './takeover/import.ts'
import { findForeign, takeOver } from './takeover/start.ts'
import { unfit } from './takeover/unfit.ts'
import { ensureInternalTopic } from './topics/automatic.ts'

/** How long a stop waits for requests that are in hand. */
const DRAIN_MS = 5000
/** Data files and indexes that stay open, where the system lets a process have so many. */
const LOG_FILES_MAX = 32_768
/** What an acknowledgement means where a topic says nothing else. */
const DURABLE = 'acks follow the sync: nothing that was acknowledged is lost, not by a power failure either'
const RELAXED = 'acks follow the write: a killed process loses nothing, a power failure may lose what was not synced'

export interface Summary extends LogFields {
  readonly data: readonly string[]
  /** What an acknowledgement means. */
  readonly durability: string
}

export interface BrokerNode {
  readonly clusterId: string
  /** Where it serves, with the ports that were really bound. */
  readonly listeners: readonly ListenerAddress[]
  /** Null where there is none. */
  readonly console: Console | null
  /** What a person wants to know at start: where, with which data, how durable. */
  readonly summary: Summary
  /** Resolves when it can do nothing any more but stop: the last of its data directories is out of service. */
  readonly fatal: Promise<BrokerError>
  /** In order; answers what did not stop in order, and why. A second call waits for the first. */
  stop(): Promise<readonly string[]>
}

/** Opens a broker; it serves when this resolves. */
export const openNode = async (
  config: BrokerConfig,
  logger: Logger,
  clock: Clock = systemClock,
): Promise<BrokerNode> => {
  const built: Built = []
  let stopped: Promise<readonly string[]> | undefined
  const stop = async (): Promise<readonly string[]> => (stopped ??= stopAll(built, logger))
  try {
    return { ...(await build(config, logger, clock, built)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The data and the cluster of a broker that serves nobody: for commands that change the data of a stopped one. */
export interface OfflineNode extends ImportTarget {
  readonly engine: Engine
  /** Answers what of it did not stop in order. */
  stop(): Promise<readonly string[]>
}

/** Opens it; nobody else can use its data directories until it is stopped. */
export const openOffline = async (
  config: BrokerConfig,
  logger: Logger,
  clock: Clock = systemClock,
): Promise<OfflineNode> => {
  const built: Built = []
  const stop = (): Promise<readonly string[]> => stopAll(built, logger)
  try {
    const clusterId = chooseClusterId(config)
    if (findForeign(config.logDirs) !== null) {
      throw unfit(`${config.logDirs.join(', ')} is itself the data of another broker: start Millrace on it first`)
    }
    const engine = await openEngine({ ...engineOptions(config, clusterId), listeners: [] }, clock, logger)
    built.push(() => engine.close())
    const store = openEmbeddedStore(engine, clock)
    built.push(() => store.close())
    const broker = brokerId(config.nodeId)
    const configs = createBrokerConfigs(broker, config.static)
    const publish = createPublisher(configs, (delta) => engine.publish(delta))
    const begin = async (): Promise<Snapshot> => takeInUnnamed(engine, configs, await store.snapshot())
    const controlling = logger.child('controller')
    const cluster = await startController({ store, brokerId: broker, publish, logger: controlling, begin })
    built.push(() => cluster.stop())
    await cluster.run(claimClusterId(clusterId))
    return { engine, cluster, broker, directories: config.logDirs, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

type Built = (() => Promise<void> | void)[]

// What cannot be stopped must not keep the rest from being written down.
const stopAll = async (built: Built, logger: Logger): Promise<readonly string[]> => {
  const failures: string[] = []
  for (const stop of built.toReversed()) {
    try {
      await stop()
    } catch (error) {
      const why = messageOf(error)
      failures.push(why)
      logger.error({ why }, 'a part of the broker did not stop in order')
    }
  }
  return failures
}

const build = async (
  config: BrokerConfig,
  logger: Logger,
  clock: Clock,
  built: Built,
): Promise<Omit<BrokerNode, 'stop'>> => {
  const broker = brokerId(config.nodeId)
  const clusterId = chooseClusterId(config)
  const foreign = findForeign(config.logDirs)

  const recovery = createRecovery()
  const admin = adminOf({ config, version: productVersion, recovery, clock, logger: logger.child('admin') })
  // Built first, so that whoever asks for the health of the broker is answered until its end.
  if (admin !== null) built.push(() => admin.stop())
  const startedAt = clock.now()
  const engine = await openEngine(engineOptions(config, clusterId), clock, logger, recovery)
  built.push(() => engine.close())
  tellOfFiles(config, engine.openFiles(), logger.child('config'))
  const fatal = new Promise<BrokerError>((resolve) => {
    const directories = config.logDirs.length
    const lost = (why: string): void => resolve(new BrokerError('KAFKA_STORAGE_ERROR', why))
    built.push(watchData(engine, clock, logger.child('data'), { directories, lost }))
  })
  const jobs = createJobs(engine, { progress: recovery.progress(), startedAt, endedAt: clock.now() })
  built.push(tellOfJobs(jobs, clock, logger.child('jobs')))
  const endpoints = advertisedEndpoints(config.listeners, engine.bind())

  const store = openEmbeddedStore(engine, clock)
  built.push(() => store.close())
  if (foreign !== null) {
    const survey = () => engine.survey()
    await takeOver({ plan: foreign, broker, clusterId, store, survey, logger: logger.child('takeover') })
  }
  const session = await startSession(store, { broker, rack: config.rack, endpoints }, clock, logger.child('session'))

  const configs = createBrokerConfigs(broker, config.static)
  const watchers: Publish[] = [
    createPublisher(configs, (delta) => engine.publish(delta)),
    createConfigurer(configs, (settings) => engine.configure(settings), logger.child('config')),
  ]
  const publish = publishToAll(watchers)
  const controlling = logger.child('controller')
  const begin = async (): Promise<Snapshot> =>
    takeInUnnamed(engine, configs, await countStart(store, broker, controlling))
  const cluster = await startController({ store, brokerId: broker, publish, logger: controlling, begin })
  built.push(
    () => session.end(),
    () => cluster.stop(), // First: the last image served is one with this broker in it.
  )
  await cluster.run(claimClusterId(clusterId))
  tellOfKeptSettings(configs.layers(cluster.image()), logger.child('config'))
  const kept = config.values['audit.topic.enable']
    ? keptAudit({ cluster, configs, clock, logger: logger.child('audit') }, engine)
    : null
  if (kept !== null) built.push(() => kept.stop())
  const audit = createAudit(clock, kept?.keep)
  // Below the groups, so that they stop first and answer the members that wait in them.
  built.push(() => engine.drainConnections(DRAIN_MS))

  const groups = createGroups({
    brokerId: broker,
    records: createRecords(engine, (partition) => ledPartition(cluster.image(), OFFSETS_TOPIC, partition, broker)),
    image: cluster.image,
    clock,
    logger: logger.child('groups'),
    settings: groupSettings(config.values),
    ensureTopic: () => ensureInternalTopic(cluster, configs, randomTopicId, OFFSETS_TOPIC),
    pump: () => engine.pump(),
    randomId: randomUUID,
  })
  built.push(() => groups.stop())
  watchers.push(
    (before, next) => groups.imageChanged(before, next),
    (before, next, by) => audit.imageChanged(before, next, by),
  )
  await groups.start()

  const latencies = createLatencies()
  const services = {
    cluster,
    configs,
    groups,
    queries: engine.queries,
    producerIds: createProducerIds(cluster),
    newTopicId: randomTopicId,
    clock,
    logger: logger.child('handlers'),
  }
  const moved = createMoved()
  const handlers = audited(createHandlers(services), groups, audit, moved)
  const dispatch = createDispatch({
    handlers,
    reply: (reply) => engine.reply(reply),
    latencies,
    clock,
    logger: logger.child('dispatch'),
  })
  const listeners = engine.listen({
    request: dispatch,
    event: createRefusalLog(logger.child('listeners'), clock),
  })

  // Behind the start: nobody waits for the list of before.
  void kept?.begin().then((older) => audit.restore(older))
  const canary = ownCanary({ cluster, configs, clock, logger: logger.child('canary') }, config.values, listeners)
  if (canary !== null) built.push(() => canary.stop())

  const console = await admin?.serve({
    ...services,
    engine,
    handlers,
    latencies,
    audit,
    moved,
    jobs,
    canary,
    version: productVersion,
    durability: durabilityOf(config),
    startedAt,
    insecure: config.values['millrace.insecure'],
    readOnly: config.values['admin.read.only'],
    logger: logger.child('admin'),
  })
  // Last, so that it is the first to hear of a stop.
  if (admin !== null) built.push(() => admin.stopping())

  const summary = summarise(config, clusterId, listeners, console)
  return { clusterId, listeners, console: console ?? null, summary, fatal }
}

const adminOf = (given: Omit<AdminOptions, 'place'>): Admin | null =>
  given.config.admin === null ? null : createAdmin({ ...given, place: given.config.admin })

const openEngine = async (
  options: EngineOptions,
  clock: Clock,
  logger: Logger,
  recovery = createRecovery(),
): Promise<Engine> => {
  const told = tellOfRecovery(recovery, clock, logger.child('recovery'))
  let damaged = 0
  try {
    const engine = await Engine.open(options, logger.child('engine'), recovery)
    damaged = (engine.stats().get('store.ranges.lost') ?? 0) + engine.failures().length
    return engine
  } finally {
    told(damaged)
  }
}

/** The data knows best; a new broker takes the id it is given, or a new one. */
const chooseClusterId = ({ logDirs, clusterId }: BrokerConfig): string => {
  const stored = storedClusterId(logDirs)
  if (stored === null || clusterId === null || stored === clusterId) return stored ?? clusterId ?? randomTopicId()
  throw new BrokerError(
    'INVALID_CONFIG',
    `CLUSTER_ID: the data in ${logDirs.join(', ')} belongs to cluster ${stored}, not to ${clusterId}`,
  )
}

const engineOptions = (config: BrokerConfig, clusterId: string): EngineOptions => {
  const { values } = config
  // Below zero is Kafka's word for "never".
  const idle = values['connections.max.idle.ms']
  const layers = {
    dynamicBroker: new Map<string, string>(),
    dynamicDefault: new Map<string, string>(),
    static: config.static,
  }
  return {
    directories: [...config.logDirs],
    brokerId: config.nodeId,
    clusterId,
    logConfig: logConfig(topicDefaults(layers)),
    recoveryThreads: values['num.recovery.threads.per.data.dir'],
    logFilesMax: LOG_FILES_MAX,
    retentionCheckIntervalMs: values['log.retention.check.interval.ms'],
    checkpointIntervalMs: values['log.flush.offset.checkpoint.interval.ms'],
    listeners: config.listeners.map(({ name, host, port }) => ({ name, host, port })),
    workers: values['millrace.workers'] === 0 ? availableParallelism() : values['millrace.workers'],
    frameBytesMax: values['socket.request.max.bytes'],
    idleMs: idle < 0 ? Number.MAX_SAFE_INTEGER : idle,
    settings: engineSettings(values),
  }
}

// Only of a limit that was set: by default there is none, and the system's is as good as any.
const tellOfFiles = (config: BrokerConfig, { limit, connections }: OpenFiles, logger: Logger): void => {
  const wanted = config.values['max.connections']
  if (!config.static.has('max.connections') || wanted <= connections) return
  logger.warn(
    { wanted, connections, openFiles: limit },
    'max.connections is more than the system has files for: raise the limit (ulimit -n, LimitNOFILE)',
  )
}

// Those of the file were told before anything was opened.
const tellOfKeptSettings = ({ dynamicBroker, dynamicDefault }: BrokerLayers, logger: Logger): void => {
  const names = new Set([...dynamicBroker.keys(), ...dynamicDefault.keys()])
  const line = withoutEffectLine(withoutEffect('broker', names, 'while running'))
  if (line !== null) logger.warn({}, `of what was set while running: ${line}`)
}

/** Port 0 is only known once it is bound. */
const advertisedEndpoints = (listeners: readonly Listener[], bound: readonly ListenerAddress[]): Endpoint[] =>
  listeners.map(({ name, advertised }) => ({
    listener: name,
    host: advertised.host,
    port: advertised.port === 0 ? (bound.find((one) => one.name === name)?.port ?? 0) : advertised.port,
  }))

const durabilityOf = ({ values }: BrokerConfig): string =>
  values['log.flush.interval.messages'] > 1 ? RELAXED : DURABLE

const summarise = (
  config: BrokerConfig,
  clusterId: string,
  listeners: readonly ListenerAddress[],
  console: Console | null | undefined,
): Summary => ({
  node: config.nodeId,
  cluster: clusterId,
  listeners: listeners.map(({ name, host, port }) => `${name}://${host.includes(':') ? `[${host}]` : host}:${port}`),
  data: config.logDirs,
  durability: durabilityOf(config),
  ...(console ? { console: console.url } : {}),
})
