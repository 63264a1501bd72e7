// Choices that a seed decides.
import { random } from '../../harness/seed.ts'

export class Dice {
  readonly #next: () => number

  constructor(seed: number) {
    this.#next = random(seed)
  }

  /** A whole number from `from` to `to`, both included. */
  int(from: number, to: number): number {
    return from + Math.floor(this.#next() * (to - from + 1))
  }

  chance(probability: number): boolean {
    return this.#next() < probability
  }

  of<T>(values: readonly T[]): T {
    const value = values[this.int(0, values.length - 1)]
    if (value === undefined && values.length === 0) throw new Error('nothing to choose from')
    return value as T
  }

  /** One of the keys, each as likely as its weight says. */
  weighted<Key extends string>(weights: Readonly<Record<Key, number>>): Key {
    const keys = Object.keys(weights) as Key[]
    let left = this.#next() * keys.reduce((sum, key) => sum + weights[key], 0)
    return keys.find((key) => (left -= weights[key]) < 0) ?? this.of(keys)
  }

  times<T>(from: number, to: number, make: (at: number) => T): readonly T[] {
    return Array.from({ length: this.int(from, to) }, (_, at) => make(at))
  }

  /** Some of them, in any order, each at most once. */
  some<T>(values: readonly T[], from: number, to: number): readonly T[] {
    const rest = [...values]
    const count = Math.min(this.int(from, to), rest.length)
    return Array.from({ length: count }, () => rest.splice(this.int(0, rest.length - 1), 1)).flat()
  }
}
