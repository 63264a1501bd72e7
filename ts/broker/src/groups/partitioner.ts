/** Which partition of an internal topic keeps an id: Java's `String.hashCode`, as every Kafka tool computes it. */
export const javaHash = (text: string): number => {
  let hash = 0
  for (let at = 0; at < text.length; at++) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0
  return hash
}

/** The one hash without a positive counterpart counts as zero. */
const INT32_MIN = -(2 ** 31)

export const partitionFor = (id: string, partitions: number): number => {
  const hash = javaHash(id)
  return (hash === INT32_MIN ? 0 : Math.abs(hash)) % partitions
}
