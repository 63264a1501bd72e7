// How a command ends: one table, for scripts. `millrace help exit-codes` prints it.
export const exitCodes = {
  ok: { code: 0, meaning: 'done' },
  failure: { code: 1, meaning: 'it failed' },
  usage: { code: 2, meaning: 'the command line is wrong' },
  notFound: { code: 3, meaning: 'a topic, group or broker of this name does not exist' },
  conflict: { code: 4, meaning: 'it exists already, or its state forbids this' },
  denied: { code: 5, meaning: 'not allowed, or not authenticated' },
  unreachable: { code: 6, meaning: 'no broker answered in time' },
  partial: { code: 7, meaning: 'some of several did not work; stderr lists them' },
  unhealthy: { code: 10, meaning: 'the cluster is not healthy' },
  interrupted: { code: 130, meaning: 'stopped by Ctrl-C or SIGTERM' },
} as const

export type Outcome = keyof typeof exitCodes

export const exitCode = (outcome: Outcome): number => exitCodes[outcome].code
