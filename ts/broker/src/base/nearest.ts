// What somebody meant who mistyped a name.

/** More mistakes than this are another word, and so are more than one in three letters. */
const MISTAKES_MAX = 3
const LETTERS_PER_MISTAKE = 3

/** The one that differs least from a name; null when none is near. */
export const nearestOf = (name: string, candidates: Iterable<string>): string | null => {
  let best: string | null = null
  let fewest = Math.min(MISTAKES_MAX, Math.floor(name.length / LETTERS_PER_MISTAKE)) + 1
  for (const candidate of candidates) {
    const mistakes = distance(name, candidate, fewest)
    if (mistakes < fewest) [best, fewest] = [candidate, mistakes]
  }
  return best
}

// Levenshtein, one row at a time; names that differ too much in length are not compared.
const distance = (left: string, right: string, bound: number): number => {
  if (Math.abs(left.length - right.length) >= bound) return bound
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let at = 0; at < left.length; at += 1) {
    const next = [at + 1]
    for (let column = 1; column <= right.length; column += 1) {
      const replace = (row[column - 1] ?? 0) + (right[column - 1] === left[at] ? 0 : 1)
      next.push(Math.min(replace, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[right.length] ?? bound
}
