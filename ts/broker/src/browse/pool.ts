/**
 * The threads of the message browser (D21). Each reads and uncompresses what it looks at itself, at its own low priority: the thread that
 * has the engine, and those on which Node waits for disks, have no part in a search.
 */
import { availableParallelism } from 'node:os'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { Piscina } from 'piscina'
import { BrokerError } from '../base/errors.ts'
import { SliceRefused, type Threads } from './threads.ts'
import type { Answer, Task } from './worker.ts'

/** Slices are short and take turns: more threads would only take processors from those who produce. */
const THREADS_MAX = Math.max(1, Math.min(4, Math.floor(availableParallelism() / 2)))
/** At once, those that wait for their turn among them. */
const SLICES_MAX = 64
const IDLE_MS = 30_000
const HEAP_MIB_MAX = 512
/** From its beginning on. A slice ends by itself long before; an expression that takes longer over one record costs its thread. */
const TOO_SLOW_MS = 10_000

export const createPool = (engine: number, tooSlowMs = TOO_SLOW_MS): Threads => {
  const pool = new Piscina<Task, Answer>({
    // Of the same kind as this file: a build, or its sources.
    filename: fileURLToPath(new URL(`./worker${extname(import.meta.url)}`, import.meta.url)),
    name: 'slice',
    minThreads: 0,
    maxThreads: THREADS_MAX,
    idleTimeout: IDLE_MS,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB_MAX },
  })

  /** Aborts a slice that has begun and does not end. */
  const watch = (port: MessagePort): { readonly signal: AbortSignal; readonly end: () => void } => {
    const controller = new AbortController()
    let timer: NodeJS.Timeout | undefined
    port.once('message', () => {
      timer = setTimeout(() => controller.abort(), tooSlowMs)
    })
    return { signal: controller.signal, end: () => clearTimeout(timer) }
  }

  let underWay = 0
  let isStopped = false

  const reasonOf = (thrown: unknown): unknown => {
    if (isStopped) return new BrokerError('BROKER_NOT_AVAILABLE')
    return thrown instanceof Error && thrown.name === 'AbortError' ? new SliceRefused('tooSlow') : thrown
  }

  return {
    async slice(topicId, query) {
      if (underWay >= SLICES_MAX) throw new SliceRefused('busy')
      underWay += 1
      const { port1, port2 } = new MessageChannel()
      const { signal, end } = watch(port1)
      try {
        const answer = await pool.run({ engine, topicId, query, port: port2 }, { transferList: [port2], signal })
        if ('code' in answer) throw new BrokerError(answer.code, answer.message)
        return answer
      } catch (thrown) {
        throw reasonOf(thrown)
      } finally {
        underWay -= 1
        end()
        port1.close()
      }
    },
    async stop() {
      isStopped = true
      await pool.destroy()
    },
  }
}
