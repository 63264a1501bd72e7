// The three places that configuration is read from, as texts.
import { readFileSync, statSync } from 'node:fs'
import { BrokerError, messageOf } from '../base/errors.ts'
import { parseEnvironment } from '../configs/environment.ts'
import { parseProperties } from '../configs/properties.ts'
import { type ConfigTexts, secretKeys } from '../configs/start-up.ts'

const READABLE_BY_ALL = 0o004

/** Reads the file if there is one, the environment, and `key=value` overrides. Throws INVALID_CONFIG. */
export const readSources = (
  path: string | undefined,
  overrides: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): ConfigTexts => {
  const { values, clusterId } = parseEnvironment(environment)
  const file = path === undefined ? new Map<string, string>() : readFile(path)
  return { file, environment: values, flags: new Map(overrides.map(parseOverride)), clusterId }
}

const readFile = (path: string): Map<string, string> => {
  let text: string
  let mode: number
  try {
    text = readFileSync(path, 'utf8')
    mode = statSync(path).mode
  } catch (error) {
    throw new BrokerError('INVALID_CONFIG', `${path} cannot be read: ${messageOf(error)}`)
  }
  const texts = parseProperties(text)
  const secrets = secretKeys(texts)
  if (secrets.length > 0 && (mode & READABLE_BY_ALL) !== 0) {
    throw new BrokerError(
      'INVALID_CONFIG',
      `${path} holds a secret (${secrets.join(', ')}) and everybody on this machine may read it; take that right away: chmod o-r ${path}`,
    )
  }
  return texts
}

const parseOverride = (text: string): [string, string] => {
  const at = text.indexOf('=')
  if (at < 1) throw new BrokerError('INVALID_CONFIG', `--override ${text}: expected key=value`)
  return [text.slice(0, at).trim(), text.slice(at + 1)]
}
