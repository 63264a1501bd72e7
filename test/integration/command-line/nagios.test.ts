// `--nagios`: one line and four exit codes, for monitors.
import { expect, test } from 'vitest'
import { useCluster } from './cluster.ts'

const { cli } = useCluster()

test('a cluster that is well is OK, with what was measured behind a bar', async () => {
  const status = await cli('status --nagios')
  expect(status).toMatchObject({ code: 0, complained: '' })
  expect(status.said).toMatch(
    /^OK - nothing is wrong \| problems=0 brokers=1 topics=\d+ partitions=\d+ bytes=\d+B usable=\d+B\n$/,
  )
  expect(await cli('cluster health --nagios')).toMatchObject({
    code: 0,
    said: 'OK - nothing is wrong | problems=0 brokers=1\n',
  })
})

test('a cluster that does not answer is CRITICAL, and nothing to look at is UNKNOWN', async () => {
  const gone = await cli('status --nagios --bootstrap 127.0.0.1:1 --timeout 1s')
  expect(gone).toMatchObject({ code: 2, complained: '' })
  expect(gone.said).toMatch(/^CRITICAL - .*127\.0\.0\.1:1.*\n$/)
  const nobody = await cli('cluster health --nagios --profile nobody')
  expect(nobody).toMatchObject({ code: 3, complained: '' })
  expect(nobody.said).toMatch(/^UNKNOWN - there is no profile nobody/)
})

test('the worst finding of doctor is the verdict', async () => {
  const answer = await cli('doctor --override num.partitions=0 --nagios')
  expect(answer).toMatchObject({ code: 2 })
  expect(answer.said).toMatch(/^CRITICAL - .* \| ok=\d+ warnings=\d+ failures=[1-9]\d*\n$/)
})

test('a form or a second look is nothing for a monitor', async () => {
  expect(await cli('status --nagios -o json')).toMatchObject({ code: 2 })
  expect(await cli('status --nagios --watch')).toMatchObject({ code: 2, said: '' })
})
