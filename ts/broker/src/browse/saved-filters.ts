/** Decisions about filters that are given a name, for all who look at messages. */
import { BrokerError } from '../base/errors.ts'
import type { Decision } from '../cluster/decision.ts'
import type { ClusterImage, SavedFilter } from '../cluster/image.ts'

const FILTERS_MAX = 1000

type Decide = (image: ClusterImage) => Decision<void>

/** In place of the one that has the name. Throws POLICY_VIOLATION where there are too many. */
export const saveFilter =
  (name: string, filter: SavedFilter): Decide =>
  ({ filters }) => {
    if (!filters.has(name) && filters.size >= FILTERS_MAX) {
      throw new BrokerError('POLICY_VIOLATION', `There are ${FILTERS_MAX} filters: delete one that nobody needs.`)
    }
    return { result: undefined, changes: [{ kind: 'filter', name, record: filter }], guards: [] }
  }

export const deleteFilter =
  (name: string): Decide =>
  (image) => {
    filterOf(image, name)
    return { result: undefined, changes: [{ kind: 'filter', name, record: null }], guards: [] }
  }

/** Throws RESOURCE_NOT_FOUND. */
export const filterOf = ({ filters }: ClusterImage, name: string): SavedFilter => {
  const filter = filters.get(name)
  if (filter === undefined) throw new BrokerError('RESOURCE_NOT_FOUND', `There is no filter ${name}.`)
  return filter
}
