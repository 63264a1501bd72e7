/** Keys, values and headers as they are typed, as the API takes them, and as the command line does. */
import type { Input } from 'millrace/admin/contract.js'
import type { WholeMessage } from '../api.ts'
import { base64Of, bytesFrom } from '../base64.ts'

/** `json` is a text that has to be JSON. */
export const contentKinds = ['text', 'json', 'hex', 'null'] as const

export interface Draft {
  readonly kind: (typeof contentKinds)[number]
  readonly data: string
}

export interface HeaderDraft extends Draft {
  readonly name: string
}

type Content = Input<'produce'>['value']

export const NOTHING: Draft = { kind: 'null', data: '' }
export const EMPTY: Draft = { kind: 'text', data: '' }

export const contentOf = ({ kind, data }: Draft): Content => {
  if (kind === 'null') return null
  return { encoding: kind, data: kind === 'hex' ? data.replaceAll(/\s/g, '') : data }
}

/** Bytes that a field for text would change are shown as what they are. */
export const draftOf = (payload: WholeMessage['value']): Draft => {
  if (payload === null) return NOTHING
  const bytes = bytesFrom(payload.raw)
  const text = textIn(bytes)
  if (text !== null && !text.includes('\r')) return { kind: 'text', data: text }
  return { kind: 'hex', data: Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('') }
}

const textIn = (bytes: Uint8Array): string | null => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}

/** In a line of `millrace produce --format json`. */
export const jsonOf = ({ kind, data }: Draft): unknown => {
  if (kind === 'null') return null
  if (kind !== 'hex') return data
  const pairs = data.replaceAll(/\s/g, '').match(/../g) ?? []
  return { base64: base64Of(Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16))) }
}
