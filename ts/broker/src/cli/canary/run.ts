// `millrace canary run`: a record a second goes into a topic of any cluster and back, round by round.
import { isWell } from '../../canary/rounds.ts'
import { parseDuration } from '../duration.ts'
import { exitCode } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { parseCount } from '../numbers.ts'
import { monitored, tell } from '../output/nagios.ts'
import { plain, rowWriter, type RowShape } from '../output/rows.ts'
import { interruptible, type Interruption } from '../session.ts'
import { resolveSettings, type ShowOptions } from '../settings.ts'
import type { Terminal } from '../terminal.ts'
import { ClusterCanary, type Round } from './cluster-canary.ts'
import { percentOf, verdictOf } from './verdict.ts'

export interface RunOptions extends ShowOptions {
  readonly every: string
  readonly for?: string
  readonly count?: string
}

const EVERY_MS_MIN = 10

export const run = (terminal: Terminal, topic: string, options: RunOptions): Promise<number> =>
  monitored(terminal, options, async () => {
    const settings = await resolveSettings(terminal, options)
    const plan = planOf(options)
    const isMonitored = options.nagios === true
    const rows = isMonitored ? { ...plain, write: () => Promise.resolve() } : await rowWriter(terminal, settings, shape)
    const canary = new ClusterCanary(terminal, settings, topic)
    try {
      // Whoever mistyped an address is told at once; what happens later is what the canary is there for.
      await canary.connect()
      await rows.begin()
      const told = isMonitored ? () => undefined : changesTo(terminal)
      const isInterrupted = await interruptible((interruption) =>
        everyRound(canary, plan, interruption, async (round) => {
          told(round)
          await rows.write(round)
        }),
      )
      await rows.end()
      const figures = canary.figures()
      const verdict = verdictOf(figures)
      if (isMonitored) return tell(terminal, { verdict })
      terminal.note(verdict.text)
      if (!isWell(figures)) return exitCode('unhealthy')
      return exitCode(isInterrupted ? 'interrupted' : 'ok')
    } finally {
      await canary.close()
    }
  })

interface Plan {
  readonly everyMs: number
  readonly forMs: number
  /** Null where only time ends it, or somebody. */
  readonly count: number | null
}

const planOf = ({ every, for: duration, count, nagios }: RunOptions): Plan => {
  const everyMs = parseDuration(every)
  if (everyMs < EVERY_MS_MIN)
    throw new Failure('usage', `--every ${every}: at least ${EVERY_MS_MIN}ms lie between two records`)
  if (nagios === true && duration === undefined && count === undefined)
    throw new Failure('usage', '--nagios waits for the end, and there is none', { next: 'give --count or --for' })
  return {
    everyMs,
    forMs: duration === undefined ? Infinity : parseDuration(duration),
    count: parseCount('--count', count),
  }
}

/** Answers whether Ctrl-C ended it. Of the last round all is known. */
const everyRound = async (
  canary: ClusterCanary,
  { everyMs, forMs, count }: Plan,
  { within }: Interruption,
  take: (round: Round) => Promise<void>,
): Promise<boolean> => {
  const started = performance.now()
  for (let rounds = 1; ; rounds += 1) {
    canary.send()
    const isInterrupted = await within(started + rounds * everyMs - performance.now())
    const isLast = isInterrupted || rounds === count || performance.now() - started >= forMs
    if (isLast) await canary.settle()
    await take(canary.round())
    if (isLast) return isInterrupted
  }
}

const changesTo = (terminal: Terminal): ((round: Round) => void) => {
  let before: string | null = null
  return ({ failure }) => {
    if (failure !== null && failure !== before) terminal.complain(`records do not come back: ${failure}`)
    if (failure === null && before !== null) terminal.note('records come back again')
    before = failure
  }
}

const shape: RowShape<Round> = {
  value: (round) => round,
  columns: [
    { title: 'time', width: 24 },
    { title: 'back', width: 6 },
    { title: 'failed', width: 6 },
    { title: 'lost' },
    { title: 'twice' },
    { title: 'back %', width: 7 },
    { title: 'ms', width: 7 },
    { title: 'p99 ms', wide: true, width: 7 },
    { title: 'produce ms', wide: true },
    { title: 'sent', wide: true, width: 6 },
    { title: 'why', wide: true },
  ],
  cells: ({ time, received, failed, lost, duplicated, availability, endToEndMs, p99Ms, produceMs, sent, failure }) => [
    new Date(time),
    received,
    failed,
    lost,
    duplicated,
    percentOf(availability),
    endToEndMs,
    p99Ms,
    produceMs,
    sent,
    failure,
  ],
  name: ({ failure }) => (failure === null ? 'well' : 'failing'),
}
