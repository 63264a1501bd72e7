// The id of the cluster as the data directories remember it, in the file that Kafka keeps there. The engine needs it before
// it opens them, and refuses directories that disagree.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseProperties } from './properties.ts'

const FILE = 'meta.properties'

/** Null where no directory has been formatted. */
export const storedClusterId = (directories: readonly string[]): string | null => {
  for (const directory of directories) {
    const clusterId = parseProperties(readIfThere(join(directory, FILE))).get('cluster.id')
    if (clusterId !== undefined) return clusterId
  }
  return null
}

/** The text of a file; empty where there is none. */
export const readIfThere = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}
