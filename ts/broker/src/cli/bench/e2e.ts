// `millrace bench e2e`: how long it takes from sending a record to having read it, and whether each comes back, once.
import { randomUUID } from 'node:crypto'
import { setImmediate as others, setTimeout as pause } from 'node:timers/promises'
import { NUMBER_BYTES_MAX } from '../../canary/record.ts'
import { Rounds } from '../../canary/rounds.ts'
import type { Client } from '../client/client.ts'
import type { Reading } from '../client/records.ts'
import { RoundTrips, type RoundTripAcks } from '../client/round-trips.ts'
import { createTopicIfMissing, deleteAll, refuseInternal, type Topic } from '../client/topics.ts'
import { parseDuration } from '../duration.ts'
import { exitCode } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { parseCount } from '../numbers.ts'
import { show } from '../output/formats.ts'
import { type Progress, progressOf } from '../progress.ts'
import { readingsOf } from '../records/readings.ts'
import { interruptible, withClient } from '../session.ts'
import type { Settings, ShowOptions } from '../settings.ts'
import type { Terminal } from '../terminal.ts'
import { Latencies, resultView, throughput } from './result.ts'

export interface EndToEndOptions extends ShowOptions {
  readonly records?: string
  readonly for?: string
  readonly rate?: string
  readonly size: string
  readonly acks: RoundTripAcks
}

const RECORDS_DEFAULT = 10_000
const MS_PER_SECOND = 1000
/** How often is looked for what does not come. */
const LOOK_MS = 50

export const e2e = (terminal: Terminal, named: string | undefined, options: EndToEndOptions): Promise<number> => {
  const plan = planOf(options)
  return withClient(terminal, options, (client, settings) => {
    const progress = progressOf(terminal, 'record')
    return interruptible(({ signal }) =>
      withTopic(terminal, client, named, async (topic) => {
        const measurement = new Measurement(plan, settings.timeoutMs, progress, signal)
        const readings = await readingsOf(client, [topic], { from: { kind: 'end', minus: 0 }, to: null }, false)
        await measurement.run(client, settings, readings).finally(progress.end)
        await show(terminal, resultView(measurement.result()), settings)
        const { lost, sent } = measurement
        if (lost === 0) return exitCode(signal.aborted ? 'interrupted' : 'ok')
        throw new Failure('failure', `${lost} of ${sent} records did not come back within ${settings.timeoutMs} ms`, {
          next: 'millrace status shows what is wrong; --timeout says how long a record is waited for',
        })
      }),
    )
  })
}

interface Plan {
  /** Null where only the time ends it. */
  readonly records: number | null
  readonly forMs: number
  /** Between two; null where each waits for the one before. */
  readonly intervalMs: number | null
  readonly valueBytes: number
  readonly acks: RoundTripAcks
}

const planOf = ({ records, for: duration, rate, size, acks }: EndToEndOptions): Plan => {
  const perSecond = parseCount('--rate', rate)
  return {
    records: parseCount('--records', records) ?? (duration === undefined ? RECORDS_DEFAULT : null),
    forMs: duration === undefined ? Infinity : parseDuration(duration),
    intervalMs: perSecond === null ? null : MS_PER_SECOND / perSecond,
    valueBytes: parseCount('--size', size, NUMBER_BYTES_MAX) ?? NUMBER_BYTES_MAX,
    acks,
  }
}

/** In the topic that was named, or in one that is there for as long as it takes. */
const withTopic = async <T>(
  terminal: Terminal,
  client: Client,
  named: string | undefined,
  work: (topic: Topic) => Promise<T>,
): Promise<T> => {
  const name = named ?? `millrace-bench-${randomUUID()}`
  try {
    const topic = await createTopicIfMissing(client, name)
    refuseInternal(topic)
    return await work(topic)
  } finally {
    if (named === undefined) await removeOwn(terminal, client, name)
  }
}

const removeOwn = async (terminal: Terminal, client: Client, name: string): Promise<void> => {
  const left: unknown = await deleteAll(client, [name]).then(
    ([done]) => done?.result,
    (error: unknown) => error,
  )
  // It may be that it could not be made.
  if (left instanceof Failure && left.outcome !== 'notFound')
    terminal.complain(`error: ${left.message}\nnext:  millrace topic delete ${name}`)
}

/**
 * With a rate each record is sent when it is due, whatever became of those before, and its time counts from then: a cluster
 * that stands still makes all of them late, and not only the one that met it.
 */
class Measurement {
  readonly #plan: Plan
  readonly #progress: Progress
  readonly #signal: AbortSignal
  readonly #rounds: Rounds
  readonly #latencies = new Latencies()
  /** The first records open the connections, and do not count. */
  #counts = false
  #back = 0
  #startedAt = 0
  #lastBackAt = 0
  #failure: Error | null = null
  #wake = (): void => undefined
  sent = 0

  constructor(plan: Plan, timeoutMs: number, progress: Progress, signal: AbortSignal) {
    this.#plan = plan
    this.#progress = progress
    this.#signal = signal
    this.#rounds = new Rounds((of, elapsedMs) => {
      if (of === 'endToEnd' && this.#counts) this.#cameBack(elapsedMs)
      this.#wake()
    }, timeoutMs)
  }

  /** Throws a Failure. */
  async run(client: Client, settings: Settings, readings: readonly Reading[]): Promise<void> {
    const { valueBytes, acks } = this.#plan
    const options = { readings, rounds: this.#rounds, run: randomUUID(), valueBytes, acks }
    const trips = new RoundTrips(client, settings, options)
    trips.reading.catch((error: Error) => this.#failed(error))
    try {
      await this.#open(trips, readings.length)
      await this.#send(trips)
      await this.#until(() => this.#rounds.isSettled)
    } finally {
      await trips.close()
    }
  }

  get lost(): number {
    return this.sent - this.#back
  }

  result() {
    const bytes = this.#back * this.#plan.valueBytes
    const seconds = (this.#lastBackAt - this.#startedAt) / MS_PER_SECOND
    const { duplicated } = this.#rounds.figures()
    return {
      ...throughput({ records: this.#back, bytes, seconds }),
      lost: this.lost,
      duplicated,
      ...this.#latencies.result(),
    }
  }

  async #open(trips: RoundTrips, partitions: number): Promise<void> {
    for (let opened = 0; opened < partitions && !this.#signal.aborted; opened += 1) {
      this.#begin(trips, performance.now())
      await this.#until(() => !this.#rounds.isFull)
    }
    await this.#until(() => this.#rounds.isSettled)
    const { failure } = this.#rounds
    if (failure !== null)
      throw new Failure('unreachable', `what is written cannot be read: ${failure}`, { next: 'millrace status' })
  }

  async #send(trips: RoundTrips): Promise<void> {
    const { records, forMs, intervalMs } = this.#plan
    const [rounds, started] = [this.#rounds, performance.now()]
    const isOver = (): boolean => this.sent === records || performance.now() - started >= forMs || this.#signal.aborted
    this.#counts = true
    this.#startedAt = this.#lastBackAt = started
    while (!isOver()) {
      const due = intervalMs === null ? performance.now() : started + this.sent * intervalMs
      if (intervalMs !== null) await this.#waitFor(due)
      this.#begin(trips, due)
      this.sent += 1
      await this.#until(() => (intervalMs === null ? rounds.isSettled : !rounds.isFull))
    }
  }

  #begin(trips: RoundTrips, due: number): void {
    // A timer may be early by a part of a millisecond.
    trips.send(this.#rounds.begin(Math.min(due, performance.now()))).catch((error: Error) => this.#failed(error))
  }

  /** By timers alone: whoever looks at the clock all the time takes a processor from the broker that is measured. */
  async #waitFor(due: number): Promise<void> {
    const early = due - performance.now()
    // Where it is behind, answers are still taken in between.
    if (early <= 0) await others()
    else await pause(early, undefined, { signal: this.#signal }).catch(() => undefined)
  }

  async #until(isOver: () => boolean): Promise<void> {
    while (this.#failure === null && !isOver()) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, LOOK_MS)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      this.#rounds.settle(performance.now())
    }
    if (this.#failure !== null) throw this.#failure
  }

  #cameBack(elapsedMs: number): void {
    this.#latencies.add(elapsedMs)
    this.#lastBackAt = performance.now()
    this.#back += 1
    this.#progress.at(this.#back, this.#plan.records ?? undefined)
  }

  #failed(error: Error): void {
    this.#failure ??= error
    this.#wake()
  }
}
