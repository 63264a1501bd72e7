// What a difference that nothing explains says about itself: enough to see it, and to have it again.
import { type ApiName, apis } from 'millrace/messages/index.js'
import type { Api } from 'millrace/wire/schema.js'
import { type Difference, show } from '../comparison/comparison.ts'
import type { Reactions } from './brokers.ts'
import { type Sent, showRequest } from './draft.ts'

/** SEED and REQUESTS that end with it. */
interface Replay {
  readonly seed: number
  readonly requests: number
}

export const describeFailure = (
  { seed, requests }: Replay,
  sent: Sent,
  [kafka, millrace]: Reactions,
  differences: readonly Difference[],
  burst: readonly Sent[],
): string =>
  [
    `SEED=${seed} REQUESTS=${requests}: ${placeOf(sent)} is answered in two ways, Kafka's and ours`,
    ...differences.map((each) => `    ${each.path}: ${show(each.kafka)} != ${show(each.millrace)}`),
    `  request  ${showRequest(sent.request)}`,
    `  Kafka    ${showRequest(kafka)}`,
    `  Millrace ${showRequest(millrace)}`,
    ...(burst.length > 1 ? ['  sent together:'] : []),
    ...(burst.length > 1 ? burst.map((each) => `    ${placeOf(each)} ${showRequest(each.request)}`) : []),
  ].join('\n')

const TRACE = process.env['TRACE']

/** TRACE=... prints every request that names it, so that one sees how a difference came about. */
export const trace = (number: number, sent: Sent, reactions: Reactions): void => {
  if (TRACE === undefined) return
  const text = `${placeOf(sent)} ${showRequest(sent.request)} -> ${showRequest(reactions)}`
  if (text.includes(TRACE)) console.log(`${number} ${text}`)
}

const placeOf = ({ api, claimedVersion }: Sent): string => `${nameOf(api)} v${claimedVersion}`

const names = new Map(Object.entries(apis).map(([name, { key }]) => [key, name as ApiName]))

export const nameOf = ({ key }: Api): ApiName => {
  const name = names.get(key)
  if (name === undefined) throw new Error(`no API has the key ${key}`)
  return name
}
