// Bytes cut into lines: nothing is decoded, so that any bytes but the line feed pass.
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

/** The lines of each chunk as they become whole; the last one needs no line feed. */
export async function* linesOf(input: AsyncIterable<Buffer | string>): AsyncGenerator<readonly Buffer[]> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of input) {
    const bytes = Buffer.concat([rest, Buffer.from(chunk as Buffer)])
    const lines: Buffer[] = []
    let start = 0
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
      lines.push(withoutReturn(bytes.subarray(start, end)))
      start = end + 1
    }
    rest = bytes.subarray(start)
    if (lines.length > 0) yield lines
  }
  if (rest.length > 0) yield [withoutReturn(rest)]
}

const withoutReturn = (line: Buffer): Buffer => (line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line)
