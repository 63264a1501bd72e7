// Every message and version of ours, as one flat list for tests.
import {
  groupMetadataKey,
  groupMetadataValue,
  offsetCommitKey,
  offsetCommitValue,
} from 'millrace/messages/internal/groups.js'
import { metadataRecords } from 'millrace/messages/internal/cluster-metadata.js'
import { apis } from 'millrace/messages/index.js'
import type { Api, Message } from 'millrace/wire/schema.js'

const bothOf = (api: Api): readonly Message[] => [
  { ...api, name: `${api.name}Request`, body: api.request },
  { ...api, name: `${api.name}Response`, body: api.response },
]

export const everyMessage: readonly Message[] = [
  ...Object.values(apis).flatMap((api) => bothOf(api)),
  offsetCommitKey,
  offsetCommitValue,
  groupMetadataKey,
  groupMetadataValue,
  ...Object.values(metadataRecords),
]

export const versionsOf = ({ versions: [first, last] }: Pick<Message, 'versions'>): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index)
