/** Filters of messages that were given a name. */
import { ExpressionError } from '../../browse/expression-error.ts'
import { deleteFilter, filterOf, saveFilter } from '../../browse/saved-filters.ts'
import type { SavedFilter } from '../../cluster/image.ts'
import type { Checked, Output } from '../contract.ts'
import { filterLanguages } from '../contract/messages.ts'
import { invalidFilter } from '../failure.ts'
import type { RouteContext } from './context.ts'
import { changeOf } from './decide.ts'
import type { RoutesOf } from './table.ts'

type Told = Output<'deleteFilter'>

export const filterRoutes = ({
  services: { cluster },
}: RouteContext): RoutesOf<'filters' | 'saveFilter' | 'deleteFilter'> => {
  const change = changeOf(cluster)
  return {
    filters: () => ({
      items: [...cluster.image().filters]
        .map(([name, filter]) => told(name, filter))
        .sort((left, right) => left.name.localeCompare(right.name)),
    }),
    saveFilter: async ({ name, language, filter, dryRun }, exchange) => {
      await checkFilter({ language, filter })
      const before = cluster.image().filters.get(name)
      await change(saveFilter(name, { language, expression: filter }), dryRun, exchange)
      return { before: before === undefined ? null : told(name, before), after: { name, language, filter } }
    },
    deleteFilter: async ({ name, dryRun }, exchange) => {
      const before = told(name, filterOf(cluster.image(), name))
      await change(deleteFilter(name), dryRun, exchange)
      return before
    },
  }
}

/** What a later version knows is text to this one. */
const told = (name: string, { language, expression }: SavedFilter): Told => ({
  name,
  language: filterLanguages.find((known) => known === language) ?? 'text',
  filter: expression,
})

/** Throws INVALID_FILTER. What compiles it is loaded for the first. */
const checkFilter = async ({ language, filter }: Pick<Checked<'saveFilter'>, 'language' | 'filter'>): Promise<void> => {
  const { compileFilter } = await import('../../browse/filter.ts')
  try {
    compileFilter({ language, expression: filter }, { topic: '', keyAs: 'auto', valueAs: 'auto' })
  } catch (thrown) {
    if (!(thrown instanceof ExpressionError)) throw thrown
    throw invalidFilter(language, thrown.message)
  }
}
