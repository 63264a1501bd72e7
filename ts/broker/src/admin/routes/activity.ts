/** What was done, and what is going on. */
import type { AuditEntry } from '../../audit/audit.ts'
import { configHistory } from '../../audit/config-history.ts'
import { type KnownMove, lastReset } from '../../audit/last-reset.ts'
import { rateNames, SAMPLE_MS } from '../../history/rates.ts'
import type { Output } from '../contract.ts'
import { readLive } from '../live.ts'
import type { RouteContext } from './context.ts'
import type { RoutesOf } from './table.ts'

type Names = 'audit' | 'lastReset' | 'configHistory' | 'jobs' | 'canary' | 'live' | 'history'
type Series = Output<'history'>['series']

/** Of one key. */
const CONFIG_CHANGES_MAX = 100

export const activityRoutes = (context: RouteContext): RoutesOf<Names> => {
  const { services, rates, traffic, status, counts } = context
  const { audit, jobs, canary, clock } = services
  return {
    live: () => readLive(context, status(), counts),
    canary: () => ({ figures: canary?.figures() ?? null }),
    history: () => {
      const past = rates.past()
      const { messagesIn, messagesOut } = traffic.past()
      const asLong = (values: readonly number[]) => past.bytesIn.map((_, at, all) => values.at(at - all.length) ?? null)
      const series = {
        ...Object.fromEntries(rateNames.map((name) => [name, [...past[name]]])),
        messagesIn: asLong(messagesIn),
        messagesOut: asLong(messagesOut),
      } as Series
      return { until: String(clock.now()), intervalMs: SAMPLE_MS, series }
    },
    audit: ({ search, offset, limit }) => {
      const part = search.toLowerCase()
      const found = audit
        .entries()
        .filter(({ action, subject }) => part === '' || `${action} ${subject}`.toLowerCase().includes(part))
      const items = found.slice(offset, offset + limit).map((entry) => {
        const { action, subject, before, after } = entry
        return { ...headOf(entry), action, subject, before, after }
      })
      return { items, total: found.length, offset, limit }
    },
    lastReset: ({ group }) => {
      const found = lastReset(audit.entries(), group)
      if (found === null) return { reset: null }
      const { entry, moves, positions, ...others } = found
      const told = positions.map(({ offset, ...place }) => ({ ...place, offset: String(offset) }))
      const moved = moves === null ? null : movedTold(moves)
      return { reset: { ...headOf(entry), ...others, moved, positions: told } }
    },
    configHistory: ({ key, ...subject }) => ({
      items: configHistory(audit.entries(), subject, key)
        .slice(0, CONFIG_CHANGES_MAX)
        .map(({ entry: { id, at, actor, subject: told }, before, after }) => ({
          id,
          at: String(at),
          principal: actor?.principal ?? null,
          subject: told,
          before,
          after,
        })),
    }),
    jobs: () => ({
      items: jobs.list().map(({ startedAt, endedAt, bytesDone, bytesTotal, bytesWritten, ...job }) => ({
        ...job,
        startedAt: String(startedAt),
        endedAt: endedAt === null ? null : String(endedAt),
        bytesDone: String(bytesDone),
        bytesTotal: String(bytesTotal),
        bytesWritten: String(bytesWritten),
      })),
    }),
  }
}

const movedTold = (moves: readonly KnownMove[]): NonNullable<Output<'lastReset'>['reset']>['moved'] => {
  const [only, ...others] = moves
  const by = moves.map(({ before, after }) => (before === null || after === null ? 0 : after - before))
  const sum = (steps: readonly number[]): string => String(steps.reduce((total, step) => total + Math.abs(step), 0))
  return {
    partitions: moves.length,
    back: sum(by.filter((step) => step < 0)),
    on: sum(by.filter((step) => step > 0)),
    only:
      only === undefined || others.length > 0
        ? null
        : { ...only, before: offsetTold(only.before), after: offsetTold(only.after) },
  }
}

const offsetTold = (offset: number | null): string | null => (offset === null ? null : String(offset))

const headOf = ({ id, at, actor }: AuditEntry) => ({
  id,
  at: String(at),
  principal: actor?.principal ?? null,
  clientId: actor?.clientId ?? null,
  address: actor?.address ?? null,
})
