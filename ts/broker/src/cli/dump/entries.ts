// Indexes, and snapshots of producers with what belongs to them, entry by entry.
import { messageOf } from '../../base/errors.ts'
import { loadNative } from '../../engine/native.ts'
import { columns, listing, type View } from '../output/view.ts'
import { type EntryKind, entryKinds } from './entry-kinds.ts'

interface Entry {
  readonly file: string
  readonly fields: readonly bigint[]
}

export const entriesOf = async (
  files: readonly string[],
  kind: EntryKind,
  complain: (what: string) => void,
): Promise<View> => {
  const titles = entryKinds[kind]
  const found: Entry[] = []
  for (const file of files)
    try {
      const { entries, badFrom } = await loadNative().dumpEntries(file)
      found.push(...entries.map((fields) => ({ file, fields })))
      if (badFrom !== undefined) complain(`${file}: from byte ${badFrom} on there is no entry that follows`)
    } catch (error) {
      complain(messageOf(error))
    }
  const view = listing(found, {
    columns: columns(titles, ['file']),
    cells: ({ file, fields }) => [...fields, file],
    name: ({ fields }) => String(fields[0]),
  })
  const value = found.map(({ file, fields }) => ({
    file,
    ...Object.fromEntries(titles.map((title, at) => [title, fields[at]])),
  }))
  return { ...view, value }
}
