// Files inside a jar, without a foreign tool: a jar is a zip, and Node can inflate.
import { readFileSync } from 'node:fs'
import { inflateRawSync } from 'node:zlib'

// End of central directory record: signature 4, disks 4, entries 2 and 2 @10, size 4, offset of the directory 4 @16.
const END_SIGNATURE = 0x0605_4b50
const END_BYTES = 22
// Entry of the directory: method 2 @10, compressed size 4 @20, name, extra and comment length 2 each @28, offset 4 @42.
const ENTRY_BYTES = 46
// Local header before the data: lengths of name and extra, 2 each @26.
const LOCAL_BYTES = 30
const STORED = 0

/** The text of every file of the jar whose path the pattern matches. */
export const readJar = (path: string, pattern: RegExp): ReadonlyMap<string, string> => {
  const jar = readFileSync(path)
  const end = jar.lastIndexOf(Buffer.from(Uint32Array.of(END_SIGNATURE).buffer))
  if (end < 0 || end + END_BYTES > jar.length) throw new Error(`${path} is no jar`)
  const files = new Map<string, string>()
  let at = jar.readUInt32LE(end + 16)
  for (let left = jar.readUInt16LE(end + 10); left > 0; left--) {
    const nameEnd = at + ENTRY_BYTES + jar.readUInt16LE(at + 28)
    const name = jar.toString('utf8', at + ENTRY_BYTES, nameEnd)
    if (pattern.test(name)) files.set(name, readEntry(jar, at))
    at = nameEnd + jar.readUInt16LE(at + 30) + jar.readUInt16LE(at + 32)
  }
  return files
}

const readEntry = (jar: Buffer, entry: number): string => {
  const local = jar.readUInt32LE(entry + 42)
  const start = local + LOCAL_BYTES + jar.readUInt16LE(local + 26) + jar.readUInt16LE(local + 28)
  const data = jar.subarray(start, start + jar.readUInt32LE(entry + 20))
  return (jar.readUInt16LE(entry + 10) === STORED ? data : inflateRawSync(data)).toString('utf8')
}
