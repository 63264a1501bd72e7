// A filter at work: how far it is while it looks, and at the end what became of it.
import { messageOf } from '../../base/errors.ts'
import type { FetchedRecord } from '../client/records.ts'
import { count, counted } from '../nouns.ts'
import { progressOf } from '../progress.ts'
import type { Ahead } from './ahead.ts'
import type { Terminal } from '../terminal.ts'
import type { Keeps } from './filter.ts'

export interface Search {
  /** What it goes through. */
  over(ahead: Ahead): void
  /** Counts it as well. One that the filter fails on is not kept. */
  keeps(record: FetchedRecord): boolean
  /** Takes away what was drawn, and says what became of it. */
  tell(): void
}

export const createSearch = (terminal: Terminal, keeps: Keeps, progress = progressOf(terminal, 'record')): Search => {
  let [scanned, matched, failed] = [0, 0, 0]
  let failure = ''
  let ahead: Ahead | null = null
  const isKept = (record: FetchedRecord): boolean => {
    try {
      return keeps(record)
    } catch (thrown) {
      if (failed === 0) failure = `${record.topic}/${record.partition}/${record.offset}: ${messageOf(thrown)}`
      failed += 1
      return false
    }
  }
  return {
    over: (given) => {
      ahead = given
    },
    keeps: (record) => {
      scanned += 1
      const kept = isKept(record)
      if (kept) matched += 1
      progress.at(scanned, ahead?.total, `${count(matched)} matched`, ahead?.bars)
      return kept
    },
    tell: () => {
      progress.end()
      if (failed > 0)
        terminal.complain(`warning: the filter failed on ${counted(failed, 'record')}, left out; first on ${failure}`)
      terminal.note(`scanned ${counted(scanned, 'record')}, ${count(matched)} matched`)
    },
  }
}
