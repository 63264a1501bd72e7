/** What was done, and what is going on. */
import { createJobs } from '../../engine/jobs.ts'
import type { RouteContext } from './context.ts'
import type { RoutesOf } from './table.ts'

export const activityRoutes = ({ services: { audit, engine } }: RouteContext): RoutesOf<'audit' | 'jobs'> => {
  const jobs = createJobs(() => engine.compactions())
  return {
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
    jobs: () => ({
      items: jobs.list().map(({ startedAt, endedAt, bytesRead, bytesTotal, bytesWritten, ...job }) => ({
        ...job,
        startedAt: String(startedAt),
        endedAt: endedAt === null ? null : String(endedAt),
        bytesRead: String(bytesRead),
        bytesTotal: String(bytesTotal),
        bytesWritten: String(bytesWritten),
      })),
    }),
  }
}
