// Why a broker did not start, for the person who has to change something: what the system said, and what to do about it.
import { messageOf } from '../base/errors.ts'

interface Remedy {
  readonly when: RegExp
  readonly todo: string
}

const OTHER_FOLDER = 'name another folder in log.dirs'

// The engine's errors are texts that end in the system's own number.
const remedies: readonly Remedy[] = [
  {
    when: /^cannot listen on .*os error 98/,
    todo: 'another process holds this port: stop it, or give listeners another port',
  },
  { when: /^cannot listen on .*os error 99/, todo: 'give listeners an address that this machine has' },
  {
    when: /^cannot listen on .*os error 13/,
    todo: 'this user may not bind ports below 1024: give listeners a higher port',
  },
  { when: /lookup address/, todo: 'give listeners an address, or a name that this machine can resolve' },
  {
    when: /is in use by another process/,
    todo: `another broker runs on this data: stop it, or ${OTHER_FOLDER}`,
  },
  {
    when: /: node\.id is .* where .* is expected/,
    todo: `the data belongs to another node: start with the node.id that stands there, or ${OTHER_FOLDER}`,
  },
  {
    when: /: cluster\.id is .* where .* is expected/,
    todo: `the data belongs to another cluster: take this folder out of log.dirs, or ${OTHER_FOLDER}`,
  },
  { when: /^CLUSTER_ID: /, todo: `set CLUSTER_ID to the id of the data, leave it out, or ${OTHER_FOLDER}` },
  {
    when: /cannot be taken over:/,
    todo: `start Apache Kafka on it once more and mend that, or ${OTHER_FOLDER}`,
  },
  {
    when: /os error 28|ENOSPC/,
    todo: `the disk is full: make room on it, or ${OTHER_FOLDER}`,
  },
  {
    when: /os error 30|EROFS/,
    todo: `the file system is read-only: mount it for writing, or ${OTHER_FOLDER}`,
  },
  {
    when: /os error (13|1)\)|EACCES|EPERM/,
    todo: `let the user that runs the broker read and write there, or ${OTHER_FOLDER}`,
  },
  {
    when: /os error (17|20)\)|ENOTDIR|EEXIST/,
    todo: `a file is in the way where a folder is needed: remove it, or ${OTHER_FOLDER}`,
  },
  {
    when: /os error 24|EMFILE/,
    todo: 'this process may not open enough files: raise the limit (ulimit -n)',
  },
  {
    when: /^the system lets this process open/,
    todo: 'raise the limit (ulimit -n, LimitNOFILE of systemd)',
  },
]

/** One line: what happened, and what to do. */
export const startFailure = (error: unknown): string => {
  const what = messageOf(error)
  const todo = remedies.find(({ when }) => when.test(what))?.todo
  return `${what}; ${todo ?? '-v shows where in the program'}`
}
