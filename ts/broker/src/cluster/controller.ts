/**
 * Runs decisions: image to changes, committed on the ground they were decided on, answered once the engine serves
 * what they made. One decision at a time, so that each sees what the one before did; another broker's commit in
 * between fails the comparison, and the decision is made again on the newer image.
 */
import { BrokerError } from '../base/errors.ts'
import type { BrokerId } from '../base/ids.ts'
import type { Logger } from '../base/logger.ts'
import type { Actor } from './actor.ts'
import { applyCommit, loadImage } from './apply.ts'
import type { Cluster } from './cluster.ts'
import type { Decision, Guard } from './decision.ts'
import { emptyImage, type ClusterImage } from './image.ts'
import { encodeRecord, keyOf, type Change } from './records.ts'
import type { Compare, KeyedChange, LeaseId, MetadataStore, Snapshot, Watch } from './store/store.ts'

/** A decision that lost its ground this often competes with something that never rests. */
const ATTEMPTS_MAX = 16

/** Decisions waiting for their turn. Each belongs to a request in hand, of which there is one per connection. */
const WAITING_MAX = 10_000

export interface ControllerOptions {
  readonly store: MetadataStore
  readonly brokerId: BrokerId
  /** Makes the engine serve `next`; has done so when it returns. `by` asked for it, where anybody did. */
  readonly publish: (before: ClusterImage, next: ClusterImage, by: Actor | null) => void
  readonly logger: Logger
  /** What the store holds when the first image is made of it. */
  readonly begin?: () => Promise<Snapshot>
}

export interface Controller extends Cluster {
  stop(): Promise<void>
}

export const startController = async ({
  store,
  brokerId,
  publish,
  logger,
  begin = () => store.snapshot(),
}: ControllerOptions): Promise<Controller> => {
  let image = emptyImage
  let watch: Watch | undefined
  let stopped = false
  let waiting = 0
  /** Whose decision is being committed: one at a time. */
  let acting: Actor | null = null
  let tail: Promise<unknown> = Promise.resolve()
  const onImage = new Set<() => void>()
  /** Whether the engine took the newest image. If not, what changed is there and yet not served. */
  let served = true

  const advance = (next: ClusterImage): void => {
    const before = image
    image = next
    try {
      publish(before, next, acting)
      served = true
    } catch (thrown) {
      served = false
      logger.error({ err: thrown, revision: next.revision }, 'the engine did not take the image')
    }
    for (const seen of onImage) seen()
  }

  const follow = async (taken: Promise<Snapshot>): Promise<void> => {
    const snapshot = await taken
    if (stopped) return
    advance(loadImage(snapshot))
    watch = store.watch(snapshot.revision, {
      commit: (commit) => advance(applyCommit(image, commit)),
      compacted: () => {
        logger.warn({ revision: image.revision }, 'fell behind the metadata store, starting from a snapshot')
        follow(store.snapshot()).catch((thrown: unknown) =>
          logger.error({ err: thrown }, 'the metadata store gave no snapshot'),
        )
      },
    })
  }

  const reached = (revision: number): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (image.revision < revision) return
        onImage.delete(check)
        resolve()
      }
      onImage.add(check)
      check()
    })

  const attempt = async <Result>(decide: (image: ClusterImage) => Decision<Result>): Promise<Result> => {
    for (let round = 0; round < ATTEMPTS_MAX; round++) {
      const ground = image
      const { result, changes, guards } = decide(ground)
      if (changes.length === 0) return result
      const outcome = await store.commit(compares(guards, ground.revision), changes.map(toKeyed))
      if (outcome.committed) {
        await reached(outcome.revision)
        if (served) return result
        throw new BrokerError('UNKNOWN_SERVER_ERROR', 'The change was made and cannot be served.')
      }
      logger.debug({ key: outcome.failed.key }, 'the metadata changed while a decision was made, deciding again')
      await reached(ground.revision + 1)
    }
    throw new BrokerError('REQUEST_TIMED_OUT', 'The metadata kept changing while this was decided.')
  }

  const settled = (): void => {
    waiting--
    acting = null
  }

  await follow(begin())

  return {
    brokerId,
    image: () => image,
    run(decide, actor) {
      if (stopped) return Promise.reject(new BrokerError('NOT_CONTROLLER', 'This broker is stopping.'))
      if (waiting >= WAITING_MAX) return Promise.reject(new BrokerError('REQUEST_TIMED_OUT', 'Too many changes wait.'))
      waiting++
      const result = tail.then(() => {
        acting = actor ?? null
        return attempt(decide)
      })
      tail = result.then(
        () => settled(),
        () => settled(),
      )
      return result
    },
    async stop() {
      stopped = true
      await tail
      watch?.stop()
    },
  }
}

const compares = (guards: readonly Guard[], since: number): readonly Compare[] =>
  guards.map(({ record, is }) => (is === 'absent' ? { key: keyOf(record), is } : { key: keyOf(record), is, since }))

const toKeyed = (change: Change): KeyedChange => ({ key: keyOf(change), value: encodeRecord(change) })

/** The same under a lease, for what `liveness.ts` puts. */
export const leased = (change: Change, lease: LeaseId): KeyedChange => ({ ...toKeyed(change), lease })
