// Idempotent producers that go on whatever becomes of the broker, and what they were told.
import { join } from 'node:path'
import { expect } from 'vitest'
import { script } from '../harness/clients.ts'
import { GiveUp } from '../harness/eventually.ts'
import { run, type Running, start } from '../harness/process.ts'

const TOPIC = 'work'
/** Everything that was ever sent is read and compared. */
const VERIFY_TIMEOUT_MS = 1_200_000

/** The last number that a worker printed behind `word`. */
export const told = ({ lines }: Running, word: string): number =>
  Number(
    lines
      .findLast((line) => line.startsWith(`${word} `))
      ?.split(' ')
      .at(-1) ?? 0,
  )

export const createWork = async (bootstrap: string, partitions: number): Promise<void> => {
  await run(script.python('create_topic.py', bootstrap, TOPIC, String(partitions)))
}

export class Producers {
  readonly #bootstrap: string
  readonly #files: readonly string[]
  readonly #running: readonly Running[]
  readonly #ended: Running[] = []

  constructor(bootstrap: string, directory: string, count: number) {
    this.#bootstrap = bootstrap
    this.#files = Array.from({ length: count }, (_, at) => join(directory, `acked-${at}`))
    this.#running = this.#files.map((file, at) =>
      start(script.python('crash_producer.py', bootstrap, TOPIC, `p${at}`, file)),
    )
    for (const producer of this.#running) void producer.exited.then(() => this.#ended.push(producer))
  }

  /** Records acknowledged so far, by producer. */
  acked(): readonly number[] {
    return this.#running.map((producer) => told(producer, 'acked'))
  }

  /** To be called while something is waited for. */
  expectAlive(): void {
    if (this.#ended[0] !== undefined) throw new GiveUp(this.#ended[0].stderr())
  }

  /** Ends them in order: everything sent is acknowledged then. */
  async end(): Promise<void> {
    for (const producer of this.#running) producer.end()
    for (const producer of this.#running) expect(await producer.exited, producer.stderr()).toBe(0)
  }

  async kill(): Promise<void> {
    await Promise.all(this.#running.map(async (producer) => producer.kill()))
  }

  /** Everything acknowledged lies where it was told to, once and in order; answers how much. Whatever was not acknowledged at once was
   * retried until it was, so there is nothing else. */
  async verify(): Promise<number> {
    const verified = await run(script.python('crash_verify.py', this.#bootstrap, TOPIC, ...this.#files), {
      timeoutMs: VERIFY_TIMEOUT_MS,
    })
    const [, records, acked] = /records (\d+) acked (\d+)/.exec(verified.stdout.toString()) ?? []
    expect(records).toBe(acked)
    return Number(acked)
  }
}
