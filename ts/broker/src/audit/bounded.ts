/** What an entry may take of memory: whoever may change something chooses how long it is. */

const TEXT_CHARACTERS_MAX = 1024
/** Of all names and texts of a value together. */
const CHARACTERS_MAX = 4096
const ITEMS_MAX = 100
const REST = '...'

/** A copy of a value as JSON has it, in which long texts are cut and of long lists and objects the first are kept. */
export const bounded = (value: unknown): unknown => {
  let left = CHARACTERS_MAX
  const text = (whole: string): string => {
    const kept = cut(whole, Math.min(TEXT_CHARACTERS_MAX, left))
    left -= Math.min(whole.length, kept.length)
    return kept
  }
  const first = <Item, Kept>(items: readonly Item[], keep: (item: Item) => Kept): readonly Kept[] => {
    const kept: Kept[] = []
    for (const item of items.slice(0, ITEMS_MAX)) {
      if (left <= 0) break
      kept.push(keep(item))
    }
    return kept
  }
  const copy = (part: unknown): unknown => {
    if (typeof part === 'string') return text(part)
    if (typeof part !== 'object' || part === null) return part
    if (Array.isArray(part)) {
      const kept = first<unknown, unknown>(part, copy)
      return kept.length === part.length ? kept : [...kept, more(part.length - kept.length)]
    }
    const fields = Object.entries(part)
    const kept = first(fields, ([name, field]) => [text(name), copy(field)] as const)
    const rest = fields.length - kept.length
    return Object.fromEntries(rest === 0 ? kept : [...kept, [REST, more(rest)] as const])
  }
  return copy(value)
}

/**
 * Cuts what becomes the fields of an object, so that `bounded` keeps each part whole: they have these names, and hold no texts.
 * The last of `partsMax` has the rest, however much that is.
 */
export const cutInParts = <Field>(
  fields: readonly Field[],
  nameOf: (field: Field) => string,
  partsMax: number,
): readonly (readonly Field[])[] => {
  const parts: Field[][] = []
  let left = 0
  for (const field of fields) {
    const { length } = nameOf(field)
    const part = parts.at(-1)
    if (part !== undefined && (parts.length === partsMax || (part.length < ITEMS_MAX && length <= left))) {
      part.push(field)
      left -= length
    } else {
      parts.push([field])
      left = CHARACTERS_MAX - length
    }
  }
  return parts
}

/** The fields of an object that was bounded, and how many more it had. */
export const fieldsOf = (kept: object): { readonly fields: readonly [string, unknown][]; readonly more: number } => {
  const all = Object.entries(kept)
  const fields = all.filter(([name]) => name !== REST)
  return { fields, more: all.length === fields.length ? 0 : Number.parseInt(String(all.at(-1)?.[1]), 10) }
}

/** What is kept of a text does not hold on to the rest of it. */
export const cut = (whole: string, charactersMax = TEXT_CHARACTERS_MAX): string =>
  whole.length <= charactersMax
    ? whole
    : `${Buffer.from(whole.slice(0, charactersMax)).toString()}${REST} (${whole.length} characters)`

const more = (count: number): string => `${count} more`
