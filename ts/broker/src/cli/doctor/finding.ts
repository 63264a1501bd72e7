// One thing that doctor looked at.
export interface Finding {
  readonly check: string
  readonly result: 'ok' | 'warn' | 'fail'
  readonly what: string
  /** Empty where nothing is to be done. */
  readonly fix: string
}

export const ok = (check: string, what: string): Finding => ({ check, result: 'ok', what, fix: '' })
export const warn = (check: string, what: string, fix: string): Finding => ({ check, result: 'warn', what, fix })
export const fail = (check: string, what: string, fix: string): Finding => ({ check, result: 'fail', what, fix })
