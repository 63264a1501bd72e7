/**
 * Passwords as they are kept: `scrypt$<N>$<r>$<p>$<salt>$<hash>`, so that the cost may grow and old ones stay good. scrypt
 * is Node's own: nothing to install or compile.
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

interface Cost {
  readonly n: number
  readonly r: number
  readonly p: number
}

/** 32 MiB and some 100 ms for each guess. */
const CHOSEN: Cost = { n: 2 ** 15, r: 8, p: 1 }
/** What we make ourselves has 120 random bits: nobody guesses it, however cheap a guess is. */
const MADE: Cost = { n: 2 ** 10, r: 8, p: 1 }

const SALT_BYTES = 16
const HASH_BYTES = 32
const MADE_BYTES = 15
const MEMORY_BYTES_MAX = 64 * 1024 * 1024

/** For a password that a person chose. */
export const hashPassword = (password: string): Promise<string> => hash(password, CHOSEN)

/** A new password, and how it is kept. */
export const makePassword = async (): Promise<{ readonly password: string; readonly hash: string }> => {
  const password = randomBytes(MADE_BYTES).toString('base64url')
  return { password, hash: await hash(password, MADE) }
}

const KEPT = /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([\w-]+)\$([\w-]+)$/

/** For a name that nobody has `kept` is null: that takes as long as a wrong guess at a password that somebody chose. */
export const verifyPassword = async (password: string, kept: string | null): Promise<boolean> => {
  const found = KEPT.exec(kept ?? '')
  const [, n, r, p, salt = '', expected = ''] = found ?? []
  const cost = found === null ? CHOSEN : { n: Number(n), r: Number(r), p: Number(p) }
  const actual = await derive(password, Buffer.from(salt, 'base64url'), cost)
  const wanted = Buffer.from(expected, 'base64url')
  return found !== null && actual.length === wanted.length && timingSafeEqual(actual, wanted)
}

const hash = async (password: string, cost: Cost): Promise<string> => {
  const salt = randomBytes(SALT_BYTES)
  const derived = await derive(password, salt, cost)
  return ['scrypt', cost.n, cost.r, cost.p, salt.toString('base64url'), derived.toString('base64url')].join('$')
}

const derive = (password: string, salt: Buffer, { n, r, p }: Cost): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const options = { N: n, r, p, maxmem: MEMORY_BYTES_MAX }
    scrypt(password.normalize('NFC'), salt, HASH_BYTES, options, (error, derived) => {
      if (error === null) resolve(derived)
      else reject(error)
    })
  })
