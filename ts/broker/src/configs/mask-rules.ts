// What of messages the admin API shows to nobody: `payments.*:value.card.number`, `hr:value`, `*:headers.authorization`.
// A `*` of the topic stands for any text, one of the path for any field; lists are passed through.
import { matchesGlob } from '../base/glob.ts'

const maskedParts = ['key', 'value', 'headers'] as const

export interface Mask {
  readonly part: (typeof maskedParts)[number]
  /** Fields from the outermost in; none for all of it. Of headers one name, in small letters. */
  readonly path: readonly string[]
}

const RULE = /^([a-zA-Z0-9._*-]{1,249}):(key|value|headers)(?:\.([^.].*))?$/

interface Rule extends Mask {
  readonly topics: string
}

/** Null for what is no rule. */
export const readMaskRule = (text: string): Rule | null => {
  const [, topics, part, path] = RULE.exec(text) ?? []
  const known = maskedParts.find((each) => each === part)
  if (topics === undefined || known === undefined) return null
  const names = path === undefined ? [] : known === 'headers' ? [path.toLowerCase()] : path.split('.')
  return names.includes('') ? null : { topics, part: known, path: names }
}

/** Those rules that are about a topic. */
export const masksOf = (rules: readonly string[], topic: string): readonly Mask[] =>
  rules.flatMap((text) => {
    const rule = readMaskRule(text)
    return rule !== null && matchesGlob(topic, rule.topics) ? [{ part: rule.part, path: rule.path }] : []
  })
