/** What was done, and what is going on. */
import { configHistory } from '../../audit/config-history.ts'
import { LAG_SAMPLE_MS } from '../../history/lag.ts'
import { rateNames, SAMPLE_MS } from '../../history/rates.ts'
import type { Output } from '../contract.ts'
import { readLive } from '../live.ts'
import type { RouteContext } from './context.ts'
import type { RoutesOf } from './table.ts'

type Names = 'audit' | 'configHistory' | 'jobs' | 'canary' | 'live' | 'history' | 'groupHistory'
type Series = Output<'history'>['series']

/** Of one key. */
const CONFIG_CHANGES_MAX = 100

export const activityRoutes = (context: RouteContext): RoutesOf<Names> => {
  const { services, rates, traffic, lag, status, counts } = context
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
    groupHistory: ({ group }) => {
      const past = lag.past(group)
      return {
        until: String(lag.notedAt()),
        intervalMs: LAG_SAMPLE_MS,
        lag: [...past.lag],
        lagSeconds: [...past.lagSeconds],
      }
    },
    audit: ({ search, offset, limit }) => {
      const part = search.toLowerCase()
      const found = audit
        .entries()
        .filter(({ action, subject }) => part === '' || `${action} ${subject}`.toLowerCase().includes(part))
      const items = found.slice(offset, offset + limit).map(({ actor, at, ...entry }) => ({
        ...entry,
        at: String(at),
        principal: actor?.principal ?? null,
        clientId: actor?.clientId ?? null,
        address: actor?.address ?? null,
      }))
      return { items, total: found.length, offset, limit }
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
