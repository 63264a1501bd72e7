// What somebody set and nothing here obeys: it is accepted, as Kafka would accept it, and never without a word.
import { brokerDefinition, type ConfigScope, findDefinition } from './definitions.ts'

export interface WithoutEffect {
  readonly name: string
  readonly why: string
}

/** Of these names, the ones that are known and change nothing, with the reason. */
export const withoutEffect = (
  scope: ConfigScope,
  names: Iterable<string>,
  when: 'at start' | 'while running',
): readonly WithoutEffect[] =>
  [...names].flatMap((name) => {
    const definition = scope === 'broker' ? brokerDefinition(name) : findDefinition(scope, name)
    const why = definition?.without ?? (when === 'while running' ? definition?.onlyAtStart : null) ?? null
    return why === null ? [] : [{ name, why }]
  })
