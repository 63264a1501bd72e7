/** The shards of one internal topic that this broker leads: loaded, asked, unloaded. */
import type { ErrorCode } from '../base/error-codes.ts'
import type { Clock } from '../base/clock.ts'
import { BrokerError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import { replay } from './loader.ts'
import type { RecordsPort } from './records-port.ts'
import { ShardQueue } from './shard-queue.ts'
import type { Shard, Ticket } from './shard.ts'

/** What a topic takes in one batch unless it is configured otherwise (`max.message.bytes`). */
export const BATCH_BYTES_MAX = 1_048_588

/** After a failed load, the next attempt comes with the first request after this. */
const RETRY_LOAD_MS = 1000

export interface RuntimeOptions<State, Command, Rec> {
  readonly shard: Shard<State, Command, Rec>
  readonly port: RecordsPort
  readonly clock: Clock
  readonly logger: Logger
  readonly pump: () => void
  readonly endOfTurn?: (run: () => void) => void
  readonly batchBytesMax?: number
}

type Slot<State, Command, Rec> =
  /** `told`: what all shards were told meanwhile. */
  | { readonly kind: 'loading'; readonly told: Command[] }
  | { readonly kind: 'loaded'; readonly queue: ShardQueue<State, Command, Rec> }
  | { readonly kind: 'failed'; readonly error: ErrorCode; readonly retryAt: number }

export class Runtime<State, Command, Rec> {
  readonly #options: RuntimeOptions<State, Command, Rec>
  readonly #slots = new Map<number, Slot<State, Command, Rec>>()

  constructor(options: RuntimeOptions<State, Command, Rec>) {
    this.#options = options
  }

  /** Those that are loaded, being loaded, or could not be loaded. */
  get partitions(): readonly number[] {
    return [...this.#slots.keys()]
  }

  /** Resolves when the partition is loaded or could not be; requests hear which. */
  async load(partition: number): Promise<void> {
    if (this.#slots.has(partition)) return
    const { shard, port, clock, logger } = this.#options
    const slot: Slot<State, Command, Rec> = { kind: 'loading', told: [] }
    this.#slots.set(partition, slot)
    let next: Slot<State, Command, Rec>
    try {
      const state = shard.create()
      const { records, skipped, open } = await replay(shard, state, port, partition)
      if (this.#slots.get(partition) !== slot) return
      if (records > 0) logger.info({ partition, records, skipped, open }, 'coordinator partition loaded')
      if (skipped > 0) logger.warn({ partition, skipped }, 'records of kinds or versions not known here were skipped')
      next = { kind: 'loaded', queue: this.#queue(partition, state) }
    } catch (thrown) {
      const error = BrokerError.from(thrown)
      logger.error({ partition, code: error.code, err: thrown }, 'a coordinator partition could not be loaded')
      next = { kind: 'failed', error: 'COORDINATOR_NOT_AVAILABLE', retryAt: clock.monotonic() + RETRY_LOAD_MS }
    }
    if (this.#slots.get(partition) !== slot) return
    this.#slots.set(partition, next)
    if (next.kind === 'loaded') for (const command of slot.told) next.queue.tell(command)
  }

  unload(partition: number, error: ErrorCode = 'NOT_COORDINATOR'): void {
    const slot = this.#slots.get(partition)
    this.#slots.delete(partition)
    if (slot?.kind === 'loaded') slot.queue.close(error)
  }

  /** Rejects with a BrokerError when the shard cannot answer. */
  async submit<Result>(partition: number, make: (ticket: Ticket<Result>) => Command): Promise<Result> {
    return this.#loaded(partition).submit(make)
  }

  /** To every shard, once it is loaded; nobody waits for it. */
  tellAll(command: Command): void {
    for (const slot of this.#slots.values()) {
      if (slot.kind === 'loaded') slot.queue.tell(command)
      else if (slot.kind === 'loading') slot.told.push(command)
    }
  }

  read<Result>(partition: number, reader: (state: State, before: (key: string) => Rec | undefined) => Result): Result {
    return this.#loaded(partition).read(reader)
  }

  #loaded(partition: number): ShardQueue<State, Command, Rec> {
    const slot = this.#slots.get(partition)
    switch (slot?.kind) {
      case undefined:
        throw new BrokerError('NOT_COORDINATOR')
      case 'loading':
        throw new BrokerError('COORDINATOR_LOAD_IN_PROGRESS')
      case 'failed':
        if (this.#options.clock.monotonic() >= slot.retryAt) {
          this.#slots.delete(partition)
          void this.load(partition)
        }
        throw new BrokerError(slot.error)
      case 'loaded':
        return slot.queue
    }
  }

  #queue(partition: number, state: State): ShardQueue<State, Command, Rec> {
    const { shard, port, clock, logger, pump, endOfTurn, batchBytesMax } = this.#options
    return new ShardQueue({
      partition,
      shard,
      state,
      port,
      clock,
      logger,
      pump,
      endOfTurn: endOfTurn ?? ((run) => void setImmediate(run)),
      batchBytesMax: batchBytesMax ?? BATCH_BYTES_MAX,
    })
  }
}
