// Settings of topics, brokers and groups: what is in force and where it was set, and changing single keys.
import { describeConfigs } from '../../messages/32-describe-configs.ts'
import { incrementalAlterConfigs } from '../../messages/44-incremental-alter-configs.ts'
import { isOff } from '../../configs/listeners.ts'
import type { AnyStruct, Api, Draft, Infer } from '../../wire/schema.ts'
import { check, Failure } from '../failure.ts'
import type { Client } from './client.ts'

/** Numbers of the protocol. */
const kinds = { topic: 2, broker: 4, 'broker-logger': 8, group: 32 } as const
const sources = [
  '',
  'topic',
  'this broker',
  'all brokers',
  'broker file',
  'default',
  'broker logger',
  'metrics',
  'group',
] as const
const FROM_FILE = 4
const DEFAULT = 5
const operations = { set: 0, delete: 1, append: 2, subtract: 3 } as const

export type ResourceKind = keyof typeof kinds
export type Operation = keyof typeof operations

export interface Resource {
  readonly kind: ResourceKind
  /** Empty for all brokers. */
  readonly name: string
}

export interface Setting {
  readonly key: string
  /** Null where it is not set, or is a secret. */
  readonly value: string | null
  readonly source: string
  /** Set somewhere, rather than a default. */
  readonly changed: boolean
  /** Set for this very resource, and hence can be unset for it. */
  readonly own: boolean
  readonly readOnly: boolean
  readonly secret: boolean
  readonly doc: string
}

export interface SettingChange {
  readonly key: string
  readonly operation: Operation
  readonly value: string | null
}

/** `topic/orders`, `broker/1`, `broker` for all of them, `group/billing`. Throws a Failure of usage. */
export const parseResource = (text: string): Resource => {
  const slash = text.indexOf('/')
  const kind = slash === -1 ? text : text.slice(0, slash)
  const name = slash === -1 ? '' : text.slice(slash + 1)
  if (!Object.hasOwn(kinds, kind) || (name === '' && kind !== 'broker'))
    throw new Failure('usage', `${text} names nothing that has settings`, {
      next: 'write topic/<name>, broker/<id>, broker (all of them) or group/<name>',
    })
  return { kind: kind as ResourceKind, name }
}

export const showResource = ({ kind, name }: Resource): string => (name === '' ? `all ${kind}s` : `${kind} ${name}`)

export const describeSettings = async (client: Client, resource: Resource): Promise<readonly Setting[]> => {
  const { kind, name } = resource
  const { results } = await askWhoKnows(client, resource, describeConfigs, {
    resources: [{ resourceType: kinds[kind], resourceName: name, configurationKeys: null }],
    includeSynonyms: true,
    includeDocumentation: true,
  })
  const [result] = results
  check(showResource(resource), result?.errorCode ?? 0, result?.errorMessage)
  const own = kind === 'broker' ? new Set(name === '' ? [3] : [2]) : new Set([1, 6, 8])
  return (result?.configs ?? [])
    .map(({ name: key, value, configSource, readOnly, isSensitive, documentation }) => ({
      key,
      value: isSensitive ? null : value,
      source: sources[configSource] ?? '',
      changed: configSource !== DEFAULT && !(kind === 'topic' && configSource === FROM_FILE),
      own: own.has(configSource),
      readOnly,
      secret: isSensitive,
      doc: documentation ?? '',
    }))
    .sort((left, right) => (left.key < right.key ? -1 : 1))
}

/** A key of Millrace alone, which others do not answer: where the admin server is. */
const ADMIN_LISTENER = 'admin.listener'

/** Whether brokers keep an audit list that somebody can see: those of Millrace do, where they have an admin server. */
export const hasAuditList = async (client: Client): Promise<boolean> => {
  const [broker] = (await client.cluster()).brokers
  if (broker === undefined) return false
  const resource = { resourceType: kinds.broker, resourceName: String(broker.id), configurationKeys: [ADMIN_LISTENER] }
  const { results } = await client.askBroker(broker.id, describeConfigs, { resources: [resource] })
  return results.some(({ configs }) =>
    configs.some(({ name, value }) => name === ADMIN_LISTENER && !isOff(value ?? '')),
  )
}

export const changeSettings = async (
  client: Client,
  resource: Resource,
  changes: readonly SettingChange[],
  validateOnly = false,
): Promise<void> => {
  const { kind, name } = resource
  const { responses } = await askWhoKnows(client, resource, incrementalAlterConfigs, {
    resources: [
      {
        resourceType: kinds[kind],
        resourceName: name,
        configs: changes.map(({ key, operation, value }) => ({
          name: key,
          configOperation: operations[operation],
          value,
        })),
      },
    ],
    validateOnly,
  })
  for (const { errorCode, errorMessage } of responses) check(showResource(resource), errorCode, errorMessage)
}

// A broker alone knows its own settings.
const askWhoKnows = <Q extends AnyStruct, R extends AnyStruct>(
  client: Client,
  { kind, name }: Resource,
  api: Api<Q, R>,
  request: Draft<Q>,
): Promise<Infer<R>> =>
  kind.startsWith('broker') && name !== '' ? client.askBroker(Number(name), api, request) : client.ask(api, request)

/** `key=value` as a change. Throws a Failure of usage. */
export const parseAssignment = (text: string): readonly [string, string] => {
  const at = text.indexOf('=')
  if (at < 1) throw new Failure('usage', `${text} is not of the form key=value`)
  return [text.slice(0, at).trim(), text.slice(at + 1)]
}
