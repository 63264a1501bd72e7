/** What was done, and what is going on. */
import type { AuditEntry } from '../../audit/audit.ts'
import { configHistory } from '../../audit/config-history.ts'
import { lastReset } from '../../audit/last-reset.ts'
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
      const { entry, positions, ...others } = found
      const told = positions.map(({ offset, ...place }) => ({ ...place, offset: String(offset) }))
      return { reset: { ...headOf(entry), positions: told, ...others } }
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

const headOf = ({ id, at, actor }: AuditEntry) => ({
  id,
  at: String(at),
  principal: actor?.principal ?? null,
  clientId: actor?.clientId ?? null,
  address: actor?.address ?? null,
})
