/**
 * DescribeLogDirs: the log directories of this broker and the size of what lies in them.
 *
 * v2 flexible; v3 an error of its own; v4 size of the volumes; v5 whether a directory is cordoned off.
 */
import { boolean, int16, int32, int64, string } from '../wire/primitives.ts'
import { api, array, nullable, since, struct, type Draft, type Infer } from '../wire/schema.ts'

export const describeLogDirs = api({
  key: 35,
  name: 'DescribeLogDirs',
  versions: [1, 5],
  flexible: 2,
  request: struct({
    topics: nullable(
      array(
        struct({
          topic: string,
          partitions: array(int32),
        }),
      ),
    ),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: since(3, int16, 0),
    results: array(
      struct({
        errorCode: int16,
        logDir: string,
        topics: array(
          struct({
            name: string,
            partitions: array(
              struct({
                partitionIndex: int32,
                partitionSize: int64,
                offsetLag: int64,
                isFutureKey: boolean,
              }),
            ),
          }),
        ),
        totalBytes: since(4, int64, -1),
        usableBytes: since(4, int64, -1),
        isCordoned: since(5, boolean, false),
      }),
    ),
  }),
})

export type DescribeLogDirsRequest = Infer<typeof describeLogDirs.request>
export type DescribeLogDirsResponse = Draft<typeof describeLogDirs.response>
