// An archive as `tar` reads it (ustar): a header of 512 bytes before each file, zeros up to the next 512.
const BLOCK_BYTES = 512
const MODE = '0000600'
const CHECKSUM_AT = 148

export interface Entry {
  /** At most 100 bytes of ASCII. */
  readonly name: string
  readonly content: string
}

export const tarOf = (entries: readonly Entry[], seconds: number): Buffer =>
  Buffer.concat([...entries.flatMap((entry) => fileOf(entry, seconds)), Buffer.alloc(2 * BLOCK_BYTES)])

const fileOf = ({ name, content }: Entry, seconds: number): readonly Buffer[] => {
  const bytes = Buffer.from(content)
  const header = Buffer.alloc(BLOCK_BYTES)
  header.write(name, 0)
  header.write(MODE, 100)
  header.write(octal(0, 7), 108)
  header.write(octal(0, 7), 116)
  header.write(octal(bytes.length, 11), 124)
  header.write(octal(seconds, 11), 136)
  header.write('0', 156)
  header.write('ustar\x0000', 257)
  // The checksum counts as spaces in its own sum.
  header.fill(' ', CHECKSUM_AT, CHECKSUM_AT + 8)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${octal(sum, 6)}\0 `, CHECKSUM_AT)
  return [header, bytes, Buffer.alloc((BLOCK_BYTES - (bytes.length % BLOCK_BYTES)) % BLOCK_BYTES)]
}

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0')
