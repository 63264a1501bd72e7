// How far a run is and how long it still takes, from what its steps took so far.

const BAR_CELLS = 24

export interface Step {
  readonly what: string
  /** What it is expected to take, before anything like it was done. */
  readonly seconds: number
}

/** Expected seconds are corrected by how far those of the steps that are done were wrong. */
export const secondsLeft = (expectedDone: number, tookDone: number, expectedLeft: number): number =>
  expectedDone > 0 ? expectedLeft * (tookDone / expectedDone) : expectedLeft

export const duration = (seconds: number): string => {
  const minutes = Math.floor(seconds / 60)
  if (minutes >= 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
  return minutes >= 2 ? `${minutes} min` : `${Math.round(seconds)} s`
}

export class Progress {
  #total = 0
  #expected = 0
  #took = 0
  #began = performance.now()

  constructor(steps: readonly Step[]) {
    this.more(steps)
  }

  /** Steps that nobody knew of at the beginning. */
  more(steps: readonly Step[]): void {
    this.#total += steps.reduce((sum, { seconds }) => sum + seconds, 0)
  }

  begin({ what }: Step): void {
    this.#began = performance.now()
    this.also(what)
  }

  /** What is done now, within the step. */
  also(what: string): void {
    const share = this.#total > 0 ? Math.min(this.#expected / this.#total, 1) : 1
    const cells = Math.round(share * BAR_CELLS)
    const bar = '#'.repeat(cells).padEnd(BAR_CELLS, '.')
    const left = duration(secondsLeft(this.#expected, this.#took, this.#total - this.#expected))
    this.#show(`[${bar}] ${Math.round(share * 100)} %, ${left} left: ${what}`)
  }

  end({ seconds }: Step): void {
    this.#expected += seconds
    this.#took += (performance.now() - this.#began) / 1000
  }

  /** A line that stays. */
  tell(line: string): void {
    process.stderr.write(process.stderr.isTTY ? `\r\u001B[K${line}\n` : `${line}\n`)
  }

  #show(line: string): void {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${line.slice(0, process.stderr.columns - 1)}`)
    else process.stderr.write(`${line}\n`)
  }
}
