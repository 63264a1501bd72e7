// How large something is, over many: exact, in as much memory as there are different sizes.

export interface SizeSummary {
  readonly average: number
  readonly p50: number
  readonly p99: number
  readonly max: number
}

export class Sizes {
  readonly #counts = new Map<number, number>()
  #count = 0
  #sum = 0

  add(bytes: number): void {
    this.#counts.set(bytes, (this.#counts.get(bytes) ?? 0) + 1)
    this.#count += 1
    this.#sum += bytes
  }

  get sum(): number {
    return this.#sum
  }

  /** Null where there was none. A quantile is the smallest size that so large a part does not exceed. */
  summary(): SizeSummary | null {
    if (this.#count === 0) return null
    const sizes = [...this.#counts].sort(([left], [right]) => left - right)
    const quantile = (part: number): number => {
      let passed = 0
      for (const [size, count] of sizes) {
        passed += count
        if (passed >= part * this.#count) return size
      }
      return 0
    }
    return {
      average: Math.round(this.#sum / this.#count),
      p50: quantile(0.5),
      p99: quantile(0.99),
      max: sizes.at(-1)?.[0] ?? 0,
    }
  }
}
