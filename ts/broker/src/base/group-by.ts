/** Items by a key of each, in the order in which the keys come first. */
export const groupBy = <Key, Item>(
  items: readonly Item[],
  keyOf: (item: Item) => Key,
): ReadonlyMap<Key, readonly Item[]> => {
  const grouped = new Map<Key, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    const known = grouped.get(key)
    if (known === undefined) grouped.set(key, [item])
    else known.push(item)
  }
  return grouped
}
