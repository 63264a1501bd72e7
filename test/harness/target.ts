// What a kind of broker must say to be started by the harness.
import type { Running } from './process.ts'

export interface LaunchPlan {
  readonly port: number
  readonly controllerPort: number
  /** Holds everything of this broker. */
  readonly directory: string
  /** log.dirs */
  readonly dataDirectory: string
  readonly settings: Readonly<Record<string, string>>
  readonly preload: string | undefined
  readonly within: readonly string[]
  readonly jvm: readonly string[] | undefined
}

export interface Target {
  readonly startTimeoutMs: number
  /** Starts the process; called again for a restart on the same directory. */
  readonly launch: (plan: LaunchPlan) => Promise<Running>
}
