// `millrace config list`, `describe` and `alter`.
import { definitions } from '../../configs/definitions.ts'
import {
  changeSettings,
  describeSettings,
  parseAssignment,
  parseResource,
  type SettingChange,
  showResource,
} from '../client/configs.ts'
import { exitCode } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { show } from '../output/formats.ts'
import { movesView } from '../output/moves.ts'
import { columns, listing } from '../output/view.ts'
import { showing, withClient } from '../session.ts'
import { resolveSettings, type ShowOptions } from '../settings.ts'
import type { Terminal } from '../terminal.ts'

export interface KeysOptions extends ShowOptions {
  readonly scope?: string
}

/** The keys that this product knows; no broker is asked. */
export const keys = async (terminal: Terminal, pattern: string | undefined, options: KeysOptions): Promise<number> => {
  const form = await resolveSettings(terminal, options)
  const found = definitions
    .filter(
      ({ name, scope }) => name.includes(pattern ?? '') && (options.scope === undefined || scope === options.scope),
    )
    .map(({ name, scope, type, default: fallback, doc }) => ({ key: name, scope, type, default: fallback, doc }))
    .sort((left, right) => (left.key < right.key ? -1 : 1))
  const view = listing(found, {
    columns: columns(['key', 'scope', 'type', 'default'], ['doc']),
    cells: ({ key, scope, type, default: fallback, doc }) => [key, scope, type, fallback, doc],
    name: ({ key }) => key,
  })
  await show(terminal, view, form)
  return exitCode('ok')
}

export interface DescribeOptions extends ShowOptions {
  readonly all?: boolean
}

export const describe = (terminal: Terminal, text: string, options: DescribeOptions): Promise<number> => {
  const resource = parseResource(text)
  return showing(terminal, options, async (client) => {
    const settings = await describeSettings(client, resource)
    const shown = options.all === true ? settings : settings.filter(({ changed }) => changed)
    return listing(shown, {
      columns: columns(['key', 'value', 'source'], ['read-only', 'doc']),
      cells: ({ key, value, source, readOnly, secret, doc }) => [
        key,
        secret ? '(secret)' : value,
        source,
        readOnly,
        doc,
      ],
      name: ({ key }) => key,
    })
  })
}

export interface AlterConfigOptions extends ShowOptions {
  readonly set: readonly string[]
  readonly unset: readonly string[]
  readonly append: readonly string[]
  readonly subtract: readonly string[]
  readonly dryRun?: boolean
}

export const alter = (terminal: Terminal, text: string, options: AlterConfigOptions): Promise<number> => {
  const resource = parseResource(text)
  const assignments = (['set', 'append', 'subtract'] as const).flatMap((operation) =>
    options[operation].map(parseAssignment).map(([key, value]): SettingChange => ({ key, operation, value })),
  )
  const changes = [
    ...assignments,
    ...options.unset.map((key): SettingChange => ({ key, operation: 'delete', value: null })),
  ]
  if (changes.length === 0)
    throw new Failure('usage', 'nothing is to be changed', { next: 'give --set key=value or --unset key' })
  return withClient(terminal, options, async (client, form) => {
    const valuesNow = async () =>
      new Map((await describeSettings(client, resource)).map(({ key, value }) => [key, value]))
    const before = await valuesNow()
    await changeSettings(client, resource, changes, options.dryRun)
    const after = options.dryRun === true ? null : await valuesNow()
    const moves = changes.map(({ key, operation, value }) => {
      const planned = operation === 'set' ? value : operation === 'delete' ? 'default' : `${operation} ${value}`
      return { key, old: before.get(key) ?? null, next: after === null ? planned : (after.get(key) ?? null) }
    })
    await show(terminal, movesView(moves), form)
    terminal.note(
      options.dryRun === true ? 'checked by the broker, and not changed' : `changed ${showResource(resource)}`,
    )
    return exitCode('ok')
  })
}
