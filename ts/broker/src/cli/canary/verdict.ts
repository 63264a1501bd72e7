// What the figures of a canary come to.
import { type CanaryFigures, isWell } from '../../canary/rounds.ts'
import type { Verdict } from '../output/nagios.ts'

export const verdictOf = ({ failure, hour }: Pick<CanaryFigures, 'failure' | 'hour'>): Verdict => {
  const availability = percentOf(hour.availability)
  return {
    level: isWell({ failure, hour }) ? 'OK' : 'CRITICAL',
    text:
      `${failure ?? 'the newest record came back'}; ` +
      `of ${hour.records} records ${hour.lost} were lost and ${hour.duplicated} came twice`,
    measured: {
      availability: availability === null ? null : `${availability}%`,
      lost: hour.lost,
      duplicated: hour.duplicated,
      end_to_end_p99: hour.endToEndMs === null ? null : `${hour.endToEndMs.p99.toFixed(1)}ms`,
    },
  }
}

/** To three digits; null where nothing is known yet. */
export const percentOf = (part: number | null): string | null => (part === null ? null : (part * 100).toFixed(3))
