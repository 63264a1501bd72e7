/** What became of records that were sent to be read back: of the canary's, in the last hour. Nothing here acts or reads a clock. */
export const INTERVAL_MS = 1000
/** Whoever waits longer was failed by the broker. */
export const DEADLINE_MS = 10_000
/** An hour of those that are sent once a second. */
export const ROUNDS_MAX = 3600

export interface Place {
  readonly partition: number
  readonly offset: number
}

/** `lost`: acknowledged, and not there where the log was read past it. */
type Verdict = 'waiting' | 'well' | 'failed' | 'lost'

interface Round {
  readonly number: number
  /** Milliseconds of the clock that never goes back, like all times here. */
  readonly sentAt: number
  verdict: Verdict
  /** Null until it was acknowledged. */
  place: Place | null
  /** Until it was acknowledged, and until it came back. */
  produceMs: number | null
  endToEndMs: number | null
  /** How often it came back. */
  copies: number
}

export interface Spread {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

export interface CanaryFigures {
  /** Since the start. */
  readonly sent: number
  readonly received: number
  readonly failed: number
  readonly lost: number
  readonly duplicated: number
  /** Of the last hour. */
  readonly hour: {
    /** Of which is known what became of them. */
    readonly records: number
    /** The part of them that was acknowledged and came back in time; null before the first. */
    readonly availability: number | null
    readonly lost: number
    readonly duplicated: number
    /** In milliseconds; null before the first. */
    readonly produceMs: Spread | null
    readonly endToEndMs: Spread | null
  }
  /** Why the newest record of which it is known did not come back; null where it did. */
  readonly failure: string | null
}

/** What was measured, as soon as it is. */
type NoteLatency = (of: 'produce' | 'endToEnd', elapsedMs: number) => void

/** Whether the newest record came back, and every one of the last hour once. */
export const isWell = ({ failure, hour }: Pick<CanaryFigures, 'failure' | 'hour'>): boolean =>
  failure === null && hour.lost === 0 && hour.duplicated === 0

export class Rounds {
  readonly #note: NoteLatency
  readonly #deadlineMs: number
  readonly #rounds: Round[] = []
  /** Those that may still come back, or be missed. */
  readonly #open = new Set<Round>()
  #last = 0
  #received = 0
  #failed = 0
  #lost = 0
  #duplicated = 0
  #failure: string | null = null

  constructor(note: NoteLatency, deadlineMs = DEADLINE_MS) {
    this.#note = note
    this.#deadlineMs = deadlineMs
  }

  /** A record is sent; answers its number. */
  begin(now: number): number {
    const number = ++this.#last
    const fresh = { place: null, produceMs: null, endToEndMs: null, copies: 0 }
    const round: Round = { number, sentAt: now, verdict: 'waiting', ...fresh }
    this.#rounds.push(round)
    this.#open.add(round)
    const oldest = this.#rounds.length > ROUNDS_MAX ? this.#rounds.shift() : undefined
    if (oldest !== undefined) this.#open.delete(oldest)
    return number
  }

  acknowledged(number: number, place: Place, now: number): void {
    const round = this.#find(number)
    if (round === undefined) return
    round.place = place
    round.produceMs = now - round.sentAt
    this.#note('produce', round.produceMs)
    this.#complete(round)
  }

  failed(number: number, why: string): void {
    const round = this.#find(number)
    if (round?.verdict === 'waiting') this.#fail(round, why)
  }

  back(number: number, now: number): void {
    const round = this.#find(number)
    if (round === undefined) return
    round.copies += 1
    if (round.copies > 1) {
      this.#duplicated += 1
      return
    }
    this.#received += 1
    round.endToEndMs = now - round.sentAt
    this.#note('endToEnd', round.endToEndMs)
    this.#complete(round)
  }

  /** The partition was read up to here; answers how many were missed. */
  passed({ partition, offset }: Place): number {
    let missed = 0
    for (const round of this.#open) {
      const { copies, place } = round
      if (copies > 0 || place === null || place.partition !== partition || place.offset >= offset) continue
      if (round.verdict === 'waiting') this.#failure = 'an acknowledged record is not in the log'
      round.verdict = 'lost'
      this.#open.delete(round)
      missed += 1
    }
    this.#lost += missed
    return missed
  }

  /** The log they are in is gone: nobody will see them, and nobody lost them. */
  forget(why: string): void {
    for (const round of this.#open) if (round.verdict === 'waiting') this.#fail(round, why)
    this.#open.clear()
  }

  /** Ends the wait for those that are overdue. */
  settle(now: number): void {
    for (const round of this.#open) {
      if (round.verdict !== 'waiting' || now - round.sentAt < this.#deadlineMs) continue
      const what = round.place === null ? 'no acknowledgement' : 'the record did not come back'
      this.#fail(round, `${what} within ${this.#deadlineMs / 1000} s`)
    }
  }

  /** Nothing is waited for. */
  get isSettled(): boolean {
    for (const { verdict } of this.#open) if (verdict === 'waiting') return false
    return true
  }

  /** One more would push out one that is waited for. */
  get isFull(): boolean {
    return this.#rounds.length === ROUNDS_MAX && this.#rounds[0]?.verdict === 'waiting'
  }

  /** Why the newest record of which it is known did not come back; null where it did. */
  get failure(): string | null {
    return this.#failure
  }

  figures(): CanaryFigures {
    const settled = this.#rounds.filter(({ verdict }) => verdict !== 'waiting')
    const well = settled.filter(({ verdict }) => verdict === 'well').length
    return {
      sent: this.#last,
      received: this.#received,
      failed: this.#failed,
      lost: this.#lost,
      duplicated: this.#duplicated,
      hour: {
        records: settled.length,
        availability: settled.length === 0 ? null : well / settled.length,
        lost: settled.filter(({ verdict }) => verdict === 'lost').length,
        duplicated: this.#rounds.reduce((sum, { copies }) => sum + Math.max(copies - 1, 0), 0),
        produceMs: spread(this.#rounds.flatMap(({ produceMs }) => produceMs ?? [])),
        endToEndMs: spread(this.#rounds.flatMap(({ endToEndMs }) => endToEndMs ?? [])),
      },
      failure: this.#failure,
    }
  }

  #find(number: number): Round | undefined {
    return this.#rounds[number - (this.#rounds[0]?.number ?? 0)]
  }

  // Reader and producer have connections of their own: either may be first.
  #complete(round: Round): void {
    if (round.place === null || round.copies === 0) return
    this.#open.delete(round)
    if (round.verdict !== 'waiting') return
    round.verdict = 'well'
    this.#failure = null
  }

  #fail(round: Round, why: string): void {
    round.verdict = 'failed'
    this.#failed += 1
    this.#failure = why
  }
}

const spread = (values: readonly number[]): Spread | null => {
  const sorted = Float64Array.from(values).toSorted()
  const at = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1] ?? 0
  return sorted.length === 0 ? null : { p50: at(0.5), p99: at(0.99), max: at(1) }
}
