// Where things are, seen from the harness, as it is written and as it is compiled for the benchmarks.
import { join } from 'node:path'

const isCompiled = import.meta.dirname.endsWith(join('dist', 'harness'))

export const repository = join(import.meta.dirname, isCompiled ? '../../..' : '../..')
/** What a user calls `millrace`. */
export const program = join(repository, 'ts', 'broker', 'bin', 'millrace.cjs')
export const clients = join(repository, 'test', 'clients')
export const cache = join(repository, 'test', '.cache')
export const harness = join(repository, 'test', 'harness')
