/**
 * The engine as the rest of the control plane sees it. What comes up is collected when the engine wakes us, and when
 * somebody pumps; what goes down is sent once at the end of the turn.
 */
import { BrokerError } from '../base/errors.ts'
import type { TopicId } from '../base/ids.ts'
import type { Logger } from '../base/logger.ts'
import { errorName } from '../wire/errors.ts'
import { readCatalogue, type CatalogueEntry } from './catalogue.ts'
import type { EngineEvent } from './events.ts'
import {
  loadNative,
  type AdoptedLog,
  type CatalogueChange,
  type CompactionRound,
  type DirectoryFailure,
  type DirectoryRoom,
  type EngineOptions,
  type EngineSettings,
  type ImageDelta,
  type ImageTopic,
  type ListenerAddress,
  type NativeEngine,
  type OpenFiles,
  type RecoveryReport,
  type Removal,
  type SurveyedLog,
} from './native.ts'
import { createQueries, storage, type Queries } from './queries.ts'
import { readEntries, writeReplies, type EntryVisitor, type Frame, type Reply } from './requests.ts'
import { batchesOf } from './read-log.ts'
import type { RecordLog } from './records.ts'
import { createRecovery } from './recovery.ts'

/** Who answers. Neither may throw; one that does costs the client its connection. */
export interface EngineUser {
  request(frame: Frame): void
  event(event: EngineEvent): void
}

interface PendingAppend {
  readonly resolve: (baseOffset: number) => void
  readonly reject: (error: BrokerError) => void
}

export class Engine implements RecordLog {
  readonly queries: Queries
  readonly #native: NativeEngine
  readonly #logger: Logger
  readonly #appends = new Map<number, PendingAppend>()
  readonly #visitor: EntryVisitor
  readonly #statNames: readonly string[]
  #listeners: readonly string[] = []
  #user: EngineUser | undefined
  #lastToken = 0
  #replies: Reply[] = []
  #closed = false

  private constructor(native: NativeEngine, statNames: readonly string[], logger: Logger) {
    this.#logger = logger
    this.#native = native
    this.#statNames = statNames
    this.queries = createQueries(this.#native)
    this.#visitor = {
      request: (frame) => this.#request(frame),
      closed: (connectionId) => this.#user?.event({ type: 'connection-closed', connectionId }),
      refused: (clientAddress, reason) => this.#user?.event({ type: 'connection-refused', clientAddress, reason }),
      settled: (token, errorCode, baseOffset) => this.#settled(token, errorCode, baseOffset),
    }
  }

  /** Opens the store, which recovers what lies in it before this resolves; `recovery` says how far it is meanwhile. */
  static async open(options: EngineOptions, logger: Logger, recovery = createRecovery()): Promise<Engine> {
    const { Engine: Native } = loadNative()
    let engine: Engine | undefined
    const native = await Native.open(options, recovery, () => engine?.pump())
    engine = new Engine(native, Native.statNames(), logger)
    return engine
  }

  /** By which `readLog` knows it. */
  get number(): number {
    return this.#native.number
  }

  /** Binds without accepting: with port 0, the image can only name a port that is bound. */
  bind(): readonly ListenerAddress[] {
    const bound = this.#native.bind()
    this.#listeners = bound.map(({ name }) => name)
    return bound
  }

  /** Serves, from the image that was published before. */
  listen(user: EngineUser): readonly ListenerAddress[] {
    this.#user = user
    this.bind()
    return this.#native.listen()
  }

  /** Topics of which a killed broker left batches alone: their directories were not made yet. */
  unnamedTopics(): readonly string[] {
    return this.#native.unnamedTopics()
  }

  /** Takes in what there is of these topics, before the first image names them. */
  async takeIn(topics: readonly ImageTopic[]): Promise<void> {
    return storage(this.#native.takeIn([...topics]))
  }

  /** Returns when requests are answered from it. */
  publish(delta: ImageDelta): void {
    this.#native.publish(delta)
  }

  /** Obeys these from now on; answers the names of hosts that have no address. */
  configure(settings: EngineSettings): readonly string[] {
    return this.#native.configure(settings)
  }

  /** Goes down with the others of this turn. */
  reply(reply: Reply): void {
    if (this.#replies.push(reply) === 1) setImmediate(() => this.#flush())
  }

  /**
   * Takes everything that has come up by now. Whoever is about to conclude from silence, such as a session timer after
   * a long turn, pumps first.
   */
  pump(): void {
    if (this.#closed) return
    for (;;) {
      const drained = this.#native.drain()
      if (drained.length === 0) return
      readEntries(drained, this.#listeners, this.#visitor)
    }
  }

  async append(topicId: TopicId, partition: number, leaderEpoch: number, batch: Buffer): Promise<number> {
    const token = ++this.#lastToken
    return new Promise((resolve, reject) => {
      this.#appends.set(token, { resolve, reject })
      this.#native.append(topicId, partition, batch, leaderEpoch, token)
    })
  }

  async read(topicId: TopicId, partition: number, offset: number, bytesMax: number): Promise<Buffer> {
    return batchesOf(await storage(this.#native.read(topicId, partition, offset, bytesMax)))
  }

  catalogue(): readonly CatalogueEntry[] {
    return readCatalogue(this.#native.catalogue())
  }

  /** Resolves when all of it is on disk. */
  async commit(changes: readonly CommitChange[]): Promise<number> {
    return storage(this.#native.commit(changes.map(toNative)))
  }

  /** Opens every log that lies in the directories, whoever wrote it. */
  async survey(): Promise<readonly SurveyedLog[]> {
    return storage(this.#native.survey())
  }

  /** Takes directories in; they are served once an image names their topics. */
  async adopt(logs: readonly AdoptedLog[]): Promise<readonly SurveyedLog[]> {
    return storage(this.#native.adopt([...logs]))
  }

  /** Gives up what was taken in, before any image has named it. */
  giveUp(logs: readonly SurveyedLog[]): void {
    this.#native.giveUp([...logs])
  }

  /** What recoveries cut or set aside since the last call. Logs are opened when first used, so it may come late. */
  takeReports(): readonly RecoveryReport[] {
    return this.#native.takeReports()
  }

  /** Directories that a failed write or sync took out of service until a restart (D17). */
  failures(): readonly DirectoryFailure[] {
    return this.#native.failures()
  }

  /** Rounds of compaction: those under way, then those that ended last, the newest first. */
  compactions(): readonly CompactionRound[] {
    return this.#native.compactions()
  }

  /** Removals of files: those under way, the oldest first, then those that ended last, the newest first. */
  removals(): readonly Removal[] {
    return this.#native.removals()
  }

  /** How the files that the system lets this process open are shared out. */
  openFiles(): OpenFiles {
    return this.#native.openFiles()
  }

  /** How much room the disks of the directories have. */
  rooms(): readonly DirectoryRoom[] {
    return this.#native.rooms()
  }

  /** Counters and gauges by name. */
  stats(): ReadonlyMap<string, number> {
    const values = this.#native.stats()
    return new Map(this.#statNames.map((name, index) => [name, values[index] ?? 0]))
  }

  /** Stops accepting and lets requests in flight be answered. */
  async drainConnections(timeoutMs: number): Promise<void> {
    await this.#native.drainConnections(timeoutMs)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#flush()
    await storage(this.#native.close())
    this.pump()
    this.#closed = true
    for (const { reject } of this.#appends.values()) reject(new BrokerError('BROKER_NOT_AVAILABLE'))
    this.#appends.clear()
  }

  #request(frame: Frame): void {
    try {
      this.#user?.request(frame)
    } catch (error) {
      this.#logger.error({ err: error, connection: frame.connectionId }, 'a request was not taken')
      this.reply({ connectionId: frame.connectionId, bytes: null, close: true, muteMs: 0 })
    }
  }

  #settled(token: number, errorCode: number, baseOffset: number): void {
    const pending = this.#appends.get(token)
    this.#appends.delete(token)
    if (errorCode === 0) pending?.resolve(baseOffset)
    else pending?.reject(new BrokerError(errorName(errorCode)))
  }

  #flush(): void {
    if (this.#replies.length === 0 || this.#closed) return
    const replies = this.#replies
    this.#replies = []
    this.#native.reply(writeReplies(replies))
  }
}

/** One key, and its value from now on; null removes it. */
export interface CommitChange {
  readonly key: string
  readonly value: Buffer | null
}

const toNative = ({ key, value }: CommitChange): CatalogueChange => (value === null ? { key } : { key, value })
