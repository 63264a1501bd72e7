// How many there are of something, in words.
const nouns = {
  record: 'records',
  partition: 'partitions',
  replica: 'replicas',
  setting: 'settings',
  topic: 'topics',
  group: 'groups',
  member: 'members',
  listener: 'listeners',
  batch: 'batches',
  MB: 'MB',
} as const

export type Noun = keyof typeof nouns

/** `1 record`, `12,000 records`. */
export const counted = (value: number, noun: Noun): string => `${count(value)} ${value === 1 ? noun : nouns[noun]}`

export const count = (value: number): string => value.toLocaleString('en-US')
