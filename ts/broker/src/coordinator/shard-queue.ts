/**
 * One loaded shard. Commands are decided one after the other against the newest state and applied at once, as not
 * yet stored. What one turn of the event loop decided becomes one record batch; one batch at a time is on its way to
 * the log, so while it is stored the next one gathers. Nobody is answered before everything that his answer may rest
 * on is stored. A failed append takes back everything that is not stored, in reverse order.
 */
import type { ErrorCode } from '../base/error-codes.ts'
import type { Clock } from '../base/clock.ts'
import { BrokerError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import { batchHeaderBytes, encodeBatch, recordBytesMax } from './record-batch.ts'
import type { RecordsPort } from './records-port.ts'
import type { Answer, Decision, FollowUp, Shard, StoredRecord, Ticket } from './shard.ts'
import { Timers } from './timers.ts'

export interface ShardQueueOptions<State, Command, Rec> {
  readonly partition: number
  readonly shard: Shard<State, Command, Rec>
  readonly state: State
  readonly port: RecordsPort
  readonly clock: Clock
  readonly logger: Logger
  /** Hands over the requests that have arrived; see timers.ts. */
  readonly pump: () => void
  /** Runs a function after the events of this turn. */
  readonly endOfTurn: (run: () => void) => void
  readonly batchBytesMax: number
}

interface Batch<Command, Rec> {
  readonly records: StoredRecord[]
  bytes: number
  /** What takes each record back, in the order of the records. */
  readonly undo: Rec[]
  /** The value of each key before this batch. */
  readonly before: Map<string, Rec>
  readonly answers: Answer[]
  readonly followUps: FollowUp<Command>[]
}

interface Encoded<Rec> {
  readonly record: Rec
  readonly stored: StoredRecord
  readonly bytes: number
}

interface Waiter {
  resolve(value: unknown): void
  reject(error: BrokerError): void
}

export class ShardQueue<State, Command, Rec> {
  readonly #options: ShardQueueOptions<State, Command, Rec>
  readonly #timers: Timers<Command>
  readonly #waiters = new Map<number, Waiter>()
  /** Not yet stored, oldest first. The first may be on its way to the log; the last may still grow. */
  #batches: Batch<Command, Rec>[] = []
  #appending = false
  #flushDue = false
  #closed = false
  #nextTicket = 1

  constructor(options: ShardQueueOptions<State, Command, Rec>) {
    this.#options = options
    this.#timers = new Timers(options.clock, options.pump, (command) => this.#decide(command))
    this.#take(options.shard.loaded(options.state, options.clock.now()))
  }

  get waiting(): number {
    return this.#waiters.size
  }

  submit<Result>(make: (ticket: Ticket<Result>) => Command): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      const ticket: Ticket<Result> = { id: this.#nextTicket++ }
      this.#waiters.set(ticket.id, { resolve: (value) => resolve(value as Result), reject })
      this.#decide(make(ticket), ticket)
    })
  }

  /** For a command that nobody waits for. */
  tell(command: Command): void {
    this.#decide(command)
  }

  /** Reads the state; `before` tells the stored value of a key that has a newer one, which is not stored yet. */
  read<Result>(reader: (state: State, before: (key: string) => Rec | undefined) => Result): Result {
    return reader(this.#options.state, (key) => {
      for (const batch of this.#batches) {
        const record = batch.before.get(key)
        if (record !== undefined) return record
      }
      return undefined
    })
  }

  /** Nothing is decided any more; whoever waits hears `error`. What is on its way to the log is left to the log. */
  close(error: ErrorCode): void {
    this.#closed = true
    this.#timers.cancelAll()
    for (const id of [...this.#waiters.keys()]) this.#give({ ticket: { id }, error })
  }

  #decide(command: Command, ticket?: Ticket<unknown>): void {
    if (this.#closed) return
    try {
      this.#take(this.#options.shard.handle(this.#options.state, command, this.#options.clock.now()))
    } catch (thrown) {
      const error = BrokerError.from(thrown)
      if (error.code === 'UNKNOWN_SERVER_ERROR') {
        this.#options.logger.error({ partition: this.#options.partition, err: thrown }, 'a coordinator command failed')
      }
      if (ticket !== undefined) this.#give({ ticket, error: error.code })
    }
  }

  #take(decision: Decision<Command, Rec>): void {
    for (const change of decision.timers) {
      if ('cancel' in change) this.#timers.cancel(change.key)
      else this.#timers.set(change.key, change.afterMs, change.command)
    }
    if (decision.records.length > 0) this.#record(decision)
    else if (this.#batches.length > 0) this.#batches.at(-1)?.answers.push(...decision.answers)
    else decision.answers.forEach((answer) => this.#give(answer))
  }

  /** What fits a batch stays in one. More is split: records of one decision stand each for itself. */
  #record({ records, answers, followUp }: Decision<Command, Rec>): void {
    const { batchBytesMax } = this.#options
    const encoded = this.#encode(records)
    if (typeof encoded === 'string') {
      this.#refuse(answers, followUp, encoded)
      return
    }
    const bytes = encoded.reduce((sum, each) => sum + each.bytes, 0)
    const whole = bytes + batchHeaderBytes <= batchBytesMax
    let batch = this.#batchFor(whole ? bytes : 0)
    for (const each of encoded) {
      if (!whole) batch = this.#batchFor(each.bytes)
      this.#add(batch, each)
    }
    batch.answers.push(...answers)
    if (followUp !== null) batch.followUps.push(followUp)
    this.#flushAtEndOfTurn()
  }

  /** Before anything is applied; or why the records cannot be stored, whoever of those that wait is to hear it. */
  #encode(records: readonly Rec[]): readonly Encoded<Rec>[] | ErrorCode {
    const { shard, batchBytesMax, logger, partition } = this.#options
    try {
      const encoded = records.map((record): Encoded<Rec> => {
        const stored = shard.codec.encode(record)
        return { record, stored, bytes: recordBytesMax(stored) }
      })
      const fits = encoded.every(({ bytes }) => bytes + batchHeaderBytes <= batchBytesMax)
      return fits ? encoded : clientError('RECORD_LIST_TOO_LARGE')
    } catch (thrown) {
      logger.error({ partition, err: thrown }, 'a coordinator record cannot be written')
      return BrokerError.from(thrown).code
    }
  }

  #add(batch: Batch<Command, Rec>, { record, stored, bytes }: Encoded<Rec>): void {
    const { shard, state } = this.#options
    batch.bytes += bytes
    batch.records.push(stored)
    const inverse = shard.apply(state, record)
    const key = shard.keyOf(record)
    if (!batch.before.has(key)) batch.before.set(key, inverse)
    batch.undo.push(inverse)
  }

  /** The last batch if it may still grow and has room, else a new one. */
  #batchFor(bytes: number): Batch<Command, Rec> {
    const last = this.#batches.at(-1)
    const growing = last !== undefined && !(this.#appending && this.#batches.length === 1)
    if (growing && last.bytes + bytes <= this.#options.batchBytesMax) return last
    const batch: Batch<Command, Rec> = {
      records: [],
      bytes: batchHeaderBytes,
      undo: [],
      before: new Map(),
      answers: [],
      followUps: [],
    }
    this.#batches.push(batch)
    return batch
  }

  #flushAtEndOfTurn(): void {
    if (this.#flushDue || this.#appending) return
    this.#flushDue = true
    this.#options.endOfTurn(() => {
      this.#flushDue = false
      void this.#flush()
    })
  }

  /** Stores batch after batch until none is left. Never rejects. */
  async #flush(): Promise<void> {
    const { port, partition, clock, logger } = this.#options
    if (this.#appending) return
    this.#appending = true
    for (let batch = this.#batches[0]; batch !== undefined && !this.#closed; batch = this.#batches[0]) {
      try {
        await port.append(partition, encodeBatch(batch.records, clock.now()))
      } catch (thrown) {
        const error = BrokerError.from(thrown)
        logger.warn({ partition, code: error.code, err: error }, 'an append to an internal topic failed')
        if (!this.#closed) this.#takeBack(clientError(error.code))
        continue
      }
      if (this.#closed) break
      this.#batches.shift()
      batch.answers.forEach((answer) => this.#give(answer))
      batch.followUps.forEach((followUp) => this.#decide(followUp.stored))
    }
    this.#appending = false
  }

  #takeBack(error: ErrorCode): void {
    const { shard, state } = this.#options
    const lost = this.#batches
    this.#batches = []
    for (const batch of [...lost].reverse()) {
      for (const inverse of batch.undo.reverse()) shard.apply(state, inverse)
    }
    this.#take(shard.restored(state, error))
    for (const batch of lost) {
      for (const { ticket } of batch.answers) this.#give({ ticket, error })
      for (const { failed } of batch.followUps) this.#decide(failed(error))
    }
  }

  #refuse(answers: readonly Answer[], followUp: FollowUp<Command> | null, error: ErrorCode): void {
    for (const { ticket } of answers) this.#give({ ticket, error })
    if (followUp !== null) this.#decide(followUp.failed(error))
  }

  #give(answer: Answer): void {
    const waiter = this.#waiters.get(answer.ticket.id)
    if (waiter === undefined) return
    this.#waiters.delete(answer.ticket.id)
    if ('error' in answer) waiter.reject(new BrokerError(answer.error))
    else waiter.resolve(answer.value)
  }
}

/** What a client of a coordinator hears when the coordinator's own log refuses: as Kafka translates it. */
const clientError = (code: ErrorCode): ErrorCode => {
  switch (code) {
    case 'UNKNOWN_TOPIC_OR_PARTITION':
    case 'NOT_ENOUGH_REPLICAS':
    case 'NOT_ENOUGH_REPLICAS_AFTER_APPEND':
    case 'REQUEST_TIMED_OUT':
      return 'COORDINATOR_NOT_AVAILABLE'
    case 'NOT_LEADER_OR_FOLLOWER':
    case 'KAFKA_STORAGE_ERROR':
      return 'NOT_COORDINATOR'
    case 'MESSAGE_TOO_LARGE':
    case 'RECORD_LIST_TOO_LARGE':
    case 'INVALID_FETCH_SIZE':
      return 'UNKNOWN_SERVER_ERROR'
    default:
      return code
  }
}
