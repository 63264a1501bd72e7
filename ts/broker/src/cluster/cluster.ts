/** The cluster as the rest of the control plane sees it: one image to read, one door to change it. */
import type { BrokerId } from '../base/ids.ts'
import type { Actor } from './actor.ts'
import type { ClusterImage } from './image.ts'
import type { Decision } from './decision.ts'

export interface Cluster {
  /** This broker. */
  readonly brokerId: BrokerId
  /** The newest image that the engine serves. */
  image(): ClusterImage
  /**
   * Decides against the newest image, commits, and resolves once the engine serves an image that holds the changes.
   * Decisions run one after the other; one whose ground was changed by somebody else is made again. `actor` is who asked for
   * it, where it was not the broker itself.
   */
  run<Result>(decide: (image: ClusterImage) => Decision<Result>, actor?: Actor): Promise<Result>
}
