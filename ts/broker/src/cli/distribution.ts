// How amounts are spread, over many: exact, in as much memory as there are different ones.

export interface Summary {
  readonly average: number
  readonly p50: number
  readonly p99: number
  readonly max: number
}

export class Distribution {
  readonly #counts = new Map<number, number>()
  #count = 0
  #sum = 0

  add(amount: number): void {
    this.#counts.set(amount, (this.#counts.get(amount) ?? 0) + 1)
    this.#count += 1
    this.#sum += amount
  }

  get sum(): number {
    return this.#sum
  }

  /** For each part the smallest amount that so large a part does not exceed; null where there was none. */
  quantiles(parts: readonly number[]): readonly (number | null)[] {
    const amounts = [...this.#counts].sort(([left], [right]) => left - right)
    return parts.map((part) => {
      let passed = 0
      for (const [amount, count] of amounts) {
        passed += count
        if (passed >= part * this.#count) return amount
      }
      return null
    })
  }

  /** Null where there was none. */
  summary(): Summary | null {
    if (this.#count === 0) return null
    const [p50, p99, max] = this.quantiles([0.5, 0.99, 1])
    return { average: Math.round(this.#sum / this.#count), p50: p50 ?? 0, p99: p99 ?? 0, max: max ?? 0 }
  }
}
