/** JSON as it was written: every number and every text keeps the letters that it has. */

export interface Scalar {
  readonly text: string
}

export interface Container {
  readonly brackets: '{}' | '[]'
  readonly entries: readonly Entry[]
}

export type JsonNode = Scalar | Container

export interface Entry {
  /** With its quotes; null in a list. */
  readonly name: string | null
  readonly node: JsonNode
}

const TOKEN = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/g

/** Of valid JSON; null where there is none. */
export const readJson = (text: string): JsonNode | null => {
  const root: Entry[] = []
  const open: { readonly isMap: boolean; readonly entries: Entry[] }[] = [{ isMap: false, entries: root }]
  let name: string | null = null
  for (const [token] of text.matchAll(TOKEN)) {
    const inner = open.at(-1)
    if (inner === undefined) return null
    if (token === ',' || token === ':') continue
    if (token === '}' || token === ']') {
      open.pop()
      continue
    }
    if (inner.isMap && name === null) {
      name = token
      continue
    }
    if (token === '{' || token === '[') {
      const entries: Entry[] = []
      inner.entries.push({ name, node: { brackets: token === '{' ? '{}' : '[]', entries } })
      open.push({ isMap: token === '{', entries })
    } else {
      inner.entries.push({ name, node: { text: token } })
    }
    name = null
  }
  return root[0]?.node ?? null
}
