/** Which partition a key goes to, as Kafka's own clients compute it. */
const SEED = 0x9747b28c
const MULTIPLIER = 0x5bd1e995

export const murmur2 = (bytes: Buffer): number => {
  const mixed = (value: number): number => {
    const spread = Math.imul(value, MULTIPLIER)
    return Math.imul(spread ^ (spread >>> 24), MULTIPLIER)
  }
  const whole = bytes.length & ~3
  let hash = SEED ^ bytes.length
  for (let at = 0; at < whole; at += 4) hash = Math.imul(hash, MULTIPLIER) ^ mixed(bytes.readInt32LE(at))
  if (whole < bytes.length) {
    for (let at = bytes.length - 1; at >= whole; at -= 1) hash ^= (bytes[at] ?? 0) << (8 * (at - whole))
    hash = Math.imul(hash, MULTIPLIER)
  }
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER)
  return hash ^ (hash >>> 15)
}

export const partitionOfKey = (key: Buffer, partitions: number): number => (murmur2(key) & 0x7fffffff) % partitions
