// What only the broker on this machine knows, asked of its admin API: who may read its data directory may ask.
import type { Call } from '../admin/client.ts'
import type { Health } from '../admin/health.ts'
import { type LocalAccess, readToken } from '../admin/token-file.ts'
import { isWell } from '../canary/rounds.ts'
import { readStartUp } from '../configs/start-up.ts'
import { askAdmin } from './admin-api.ts'
import { percentOf, verdictOf } from './canary/verdict.ts'
import { exitCode } from './exit-codes.ts'
import { Failure } from './failure.ts'
import { columns, listing, type View } from './output/view.ts'
import { parseCount } from './numbers.ts'
import { looking } from './session.ts'
import type { ShowOptions } from './settings.ts'
import { readSources } from './sources.ts'
import type { Terminal } from './terminal.ts'
import { waiting } from './waiting.ts'

export interface LocalOptions extends ShowOptions {
  readonly config?: string
  readonly override: readonly string[]
}

interface Local {
  readonly base: string
  readonly call: Call
}

const asking = (terminal: Terminal, options: LocalOptions, look: (local: Local) => Promise<View>): Promise<number> =>
  looking(terminal, options, () => {
    const access = accessTo(terminal, options)
    const asked = askAdmin(access, (call) => look({ base: access.url, call }))
    return waiting(terminal, `answer of ${access.url}`, asked)
  })

/** The admin API of the broker that runs on this machine. Throws a Failure of `unreachable` where there is none. */
export const accessTo = (
  terminal: Terminal,
  { config: path, override }: Pick<LocalOptions, 'config' | 'override'>,
): LocalAccess => {
  const { logDirs } = readStartUp(readSources(path, override, terminal.environment)).config
  const access = readToken(logDirs)
  if (access !== null) return access
  throw new Failure('unreachable', `no broker runs on ${logDirs.join(', ')}, or not one of yours`, {
    next: 'name its configuration with --config, or its data with --override log.dirs=<dir>',
  })
}

/** Nobody but itself is asked: where it tells clients to go may be nowhere for this machine, as in a container. */
export const ready = (terminal: Terminal, options: LocalOptions): Promise<number> =>
  asking(terminal, options, async ({ base }) => {
    const answer = await fetch(`${base}/readyz`)
    const { ok, state, checks } = (await answer.json()) as Health
    return {
      value: { ready: ok, state, checks },
      facts: [
        ['ready', ok],
        ['state', state],
      ],
      table: {
        columns: columns(['check', 'ok', 'why']),
        rows: checks.map((check) => [check.name, check.ok, check.why]),
      },
      names: [ok ? 'ready' : state],
      exit: exitCode(ok ? 'ok' : 'unhealthy'),
      verdict: {
        level: ok ? 'OK' : 'CRITICAL',
        text: (checks.find((check) => !check.ok) ?? checks[0])?.why ?? state,
        measured: {},
      },
    }
  })

const isoOf = (time: string): string => new Date(Number(time)).toISOString()

export interface AuditOptions extends LocalOptions {
  readonly search?: string
  readonly num: string
}

export const audit = (terminal: Terminal, options: AuditOptions): Promise<number> =>
  asking(terminal, options, async ({ call }) => {
    const limit = parseCount('--num', options.num) ?? 1
    const { items } = await call('audit', { search: options.search ?? '', limit })
    const entries = items.map(({ at, before = null, after = null, ...entry }) => ({
      ...entry,
      at: isoOf(at),
      before,
      after,
    }))
    return listing(entries, {
      columns: columns(['at', 'who', 'action', 'subject'], ['client', 'address']),
      cells: ({ at, principal, action, subject, clientId, address }) => [
        new Date(at),
        principal,
        action,
        subject,
        clientId,
        address,
      ],
      name: ({ id }) => String(id),
    })
  })

export const jobs = (terminal: Terminal, options: LocalOptions): Promise<number> =>
  asking(terminal, options, async ({ call }) => {
    const { items } = await call('jobs', {})
    // Numbers are text in the admin API, which browsers read.
    const found = items.map(({ startedAt, endedAt, bytesDone, bytesTotal, bytesWritten, ...job }) => ({
      ...job,
      startedAt: isoOf(startedAt),
      endedAt: endedAt === null ? null : isoOf(endedAt),
      bytesDone: BigInt(bytesDone),
      bytesTotal: BigInt(bytesTotal),
      bytesWritten: BigInt(bytesWritten),
    }))
    return listing(found, {
      columns: columns(['job', 'topic', 'partition', 'state', 'done', 'of', 'started', 'ended'], ['why']),
      cells: ({ id, topic, partition, state, bytesDone, bytesTotal, startedAt, endedAt, why }) => [
        id,
        topic,
        partition,
        state,
        bytesDone,
        bytesTotal,
        new Date(startedAt),
        endedAt === null ? null : new Date(endedAt),
        why,
      ],
      name: ({ id }) => id,
    })
  })

/** What the records met that the broker sends through itself; the exit code says whether the newest came back. */
export const canary = (terminal: Terminal, options: LocalOptions): Promise<number> =>
  asking(terminal, options, async ({ call }) => {
    const { figures } = await call('canary', {})
    if (figures === null)
      throw new Failure('notFound', 'the canary of this broker is off', { next: 'start it with canary.enable=true' })
    const { hour, failure, sent, received, failed, lost, duplicated } = figures
    const percent = percentOf(hour.availability)
    return {
      value: figures,
      facts: [
        ['newest record', failure ?? 'came back'],
        ['availability', percent === null ? null : `${percent} % in the last hour`],
        ['sent', sent],
        ['came back', received],
        ['failed', failed],
        ['lost', lost],
        ['duplicated', duplicated],
      ],
      table: {
        columns: columns(['milliseconds', 'p50', 'p99', 'max']),
        rows: (['produceMs', 'endToEndMs'] as const).map((name) => {
          const spread = hour[name]
          const shown = [spread?.p50, spread?.p99, spread?.max].map((value) => value?.toFixed(1) ?? null)
          return [name === 'produceMs' ? 'produce' : 'end to end', ...shown]
        }),
      },
      names: [failure === null ? 'well' : 'failing'],
      exit: exitCode(isWell(figures) ? 'ok' : 'unhealthy'),
      verdict: verdictOf(figures),
    }
  })

/** Those whose name contains the pattern. */
export const metrics = (terminal: Terminal, pattern: string | undefined, options: LocalOptions): Promise<number> =>
  asking(terminal, options, async ({ base }) => {
    const text = await (await fetch(`${base}/metrics`)).text()
    const samples = text.split('\n').flatMap((line) => {
      const [, name, labels, value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line) ?? []
      if (name === undefined || value === undefined || !name.includes(pattern ?? '')) return []
      return [{ name, labels: labels ?? '', value }]
    })
    return listing(samples, {
      columns: columns(['name', 'labels', 'value']),
      cells: ({ name, labels, value }) => [name, labels, value],
      name: ({ name }) => name,
    })
  })
