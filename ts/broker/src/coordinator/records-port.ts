/** The door to the log of an internal topic, as the coordinators need it; `engine/records.ts` implements it. */
export interface RecordsPort {
  /** Appends one record batch; resolves with its base offset once the high watermark has passed it. */
  append(partition: number, batch: Buffer): Promise<number>
  /** Whole batches from `offset` on, decompressed; empty at the end of the log. */
  read(partition: number, offset: number): Promise<Buffer>
}
