// `millrace doctor`: the machine, the configuration and the cluster, each line with what to do about it.
import { BrokerError, messageOf } from '../../base/errors.ts'
import { readStartUp } from '../../configs/start-up.ts'
import { loadNative } from '../../engine/native.ts'
import { showAddress } from '../../client/address.ts'
import { Client } from '../client/client.ts'
import { exitCode } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { show } from '../output/formats.ts'
import { monitored, tell } from '../output/nagios.ts'
import { columns, listing, type View } from '../output/view.ts'
import { resolveSettings, type Settings, type ShowOptions } from '../settings.ts'
import { readSources } from '../sources.ts'
import type { Terminal } from '../terminal.ts'
import { waitingOf } from '../waiting.ts'
import { checkDirectory, checkMachine, type Finding } from './machine.ts'

export interface DoctorOptions extends ShowOptions {
  readonly override: readonly string[]
}

export const doctor = (terminal: Terminal, path: string | undefined, options: DoctorOptions): Promise<number> =>
  monitored(terminal, options, async () => {
    const settings = await resolveSettings(terminal, options)
    const view = findingsView(await examine(terminal, path, settings, options.override))
    if (options.nagios === true) return tell(terminal, view)
    await show(terminal, view, settings.output)
    return view.exit
  })

/** Everything that it looks at. */
export const examine = async (
  terminal: Terminal,
  path: string | undefined,
  settings: Settings,
  overrides: readonly string[],
): Promise<readonly Finding[]> => [
  ...checkMachine(),
  checkEngine(),
  ...checkConfiguration(terminal, path, overrides),
  ...(await checkCluster(terminal, settings)),
]

export const findingsView = (findings: readonly Finding[]): View & { readonly exit: number } => {
  const view = listing(findings, {
    columns: columns(['check', 'result', 'what', 'fix']),
    cells: ({ check, result, what, fix }) => [check, result, what, fix],
    name: ({ check, result }) => `${result} ${check}`,
  })
  const of = (wanted: Finding['result']): readonly Finding[] => findings.filter(({ result }) => result === wanted)
  const [fails, warnings] = [of('fail'), of('warn')]
  const [worst] = [...fails, ...warnings]
  return {
    ...view,
    exit: exitCode(fails.length > 0 ? 'failure' : 'ok'),
    verdict: {
      level: levels[worst?.result ?? 'ok'],
      text: worst === undefined ? 'nothing to mend' : `${worst.check}: ${worst.what}`,
      measured: { ok: of('ok').length, warnings: warnings.length, failures: fails.length },
    },
  }
}

const levels = { ok: 'OK', warn: 'WARNING', fail: 'CRITICAL' } as const

const checkEngine = (): Finding => {
  const check = 'engine'
  try {
    loadNative()
    return { check, result: 'ok', what: 'loads', fix: '' }
  } catch (error) {
    return { check, result: 'fail', what: messageOf(error), fix: 'npm run build' }
  }
}

const checkConfiguration = (
  terminal: Terminal,
  path: string | undefined,
  overrides: readonly string[],
): readonly Finding[] => {
  const check = 'configuration'
  try {
    const { config, warnings, withoutEffect } = readStartUp(readSources(path, overrides, terminal.environment))
    const doubts = [
      ...warnings.map((what): Finding => ({ check, result: 'warn', what, fix: 'millrace config explain <key>' })),
      ...withoutEffect.map(({ name, why }): Finding => ({
        check,
        result: 'warn',
        what: `${name} is without effect here: ${why}`,
        fix: 'take it out',
      })),
    ]
    const good: Finding = { check, result: 'ok', what: `${path ?? 'defaults'} would start`, fix: '' }
    return [...(doubts.length > 0 ? doubts : [good]), ...config.logDirs.flatMap(checkDirectory)]
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error
    const fix = 'millrace config explain <key> says what a key takes'
    return error.message.split('\n').map((what): Finding => ({ check, result: 'fail', what, fix }))
  }
}

/** Each broker has to be reachable where the cluster says it is. */
const checkCluster = async (terminal: Terminal, settings: Settings): Promise<readonly Finding[]> => {
  const where = settings.bootstrap.map(showAddress).join(', ')
  let client: Client
  try {
    client = await Client.open({ ...settings, waiting: waitingOf(terminal) })
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return [
      { check: 'cluster', result: 'warn', what: `${where} does not answer`, fix: 'millrace start, or --bootstrap' },
    ]
  }
  try {
    const { brokers } = await client.cluster()
    const asked = brokers.map(async (broker): Promise<Finding> => {
      const check = `broker ${broker.id}`
      try {
        await client.connectionTo(broker.id)
        return { check, result: 'ok', what: `answers at ${showAddress(broker)}, which it advertises`, fix: '' }
      } catch (error) {
        if (!(error instanceof Failure)) throw error
        return { check, result: 'fail', what: error.message, fix: error.next ?? '' }
      }
    })
    return await Promise.all(asked)
  } finally {
    client.close()
  }
}
