/** The catalogue as the engine hands it up: for each key its length as an int16, itself, its value's length as an int32, the value. */

export interface CatalogueEntry {
  readonly key: string
  /** A view of what came up. */
  readonly value: Buffer
}

const KEY_LENGTH_BYTES = 2
const VALUE_LENGTH_BYTES = 4

export const readCatalogue = (encoded: Buffer): CatalogueEntry[] => {
  const entries: CatalogueEntry[] = []
  for (let at = 0; at < encoded.length;) {
    const keyAt = at + KEY_LENGTH_BYTES
    const keyEnd = keyAt + encoded.readInt16BE(at)
    const valueAt = keyEnd + VALUE_LENGTH_BYTES
    at = valueAt + encoded.readInt32BE(keyEnd)
    entries.push({ key: encoded.toString('utf8', keyAt, keyEnd), value: encoded.subarray(valueAt, at) })
  }
  return entries
}
