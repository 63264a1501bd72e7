/** What a password that somebody chooses must be, wherever it is chosen. Runs in browsers. */

/** In characters. */
export const PASSWORD_LENGTH_MIN = 10
/** In characters; hashing a longer one is work that nobody needs. */
export const PASSWORD_LENGTH_MAX = 256

/** Null for a good one. */
export const passwordProblem = ({ length }: string): string | null =>
  length < PASSWORD_LENGTH_MIN || length > PASSWORD_LENGTH_MAX
    ? `a password has ${PASSWORD_LENGTH_MIN} to ${PASSWORD_LENGTH_MAX} characters, this one has ${length}`
    : null
