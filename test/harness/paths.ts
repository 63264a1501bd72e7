// Where things are, seen from the harness.
import { join } from 'node:path'

export const repository = join(import.meta.dirname, '..', '..')
export const clients = join(repository, 'test', 'clients')
export const cache = join(repository, 'test', '.cache')
export const harness = import.meta.dirname
