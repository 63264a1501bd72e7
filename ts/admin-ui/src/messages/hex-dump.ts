/** Bytes in lines of sixteen: where they are, what they are, and which of them are letters. */

const LINE_BYTES = 16
const FIRST_LETTER = 0x20
const LAST_LETTER = 0x7e

export const hexDump = (bytes: Uint8Array): string => {
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += LINE_BYTES) {
    const line = [...bytes.subarray(at, at + LINE_BYTES)]
    const digits = line.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    const letters = line.map((byte) => (byte < FIRST_LETTER || byte > LAST_LETTER ? '.' : String.fromCharCode(byte)))
    lines.push(`${at.toString(16).padStart(8, '0')}  ${digits.padEnd(LINE_BYTES * 3)} ${letters.join('')}`)
  }
  return lines.join('\n')
}
