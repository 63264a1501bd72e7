// `npm run bench`: Millrace beside Apache Kafka; everything behind `--` goes to the suite.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const must = (program, ...options) => {
  const { status } = spawnSync(program, options, { cwd: root, stdio: ['inherit', 'inherit', 'inherit'] })
  if (status !== 0) process.exit(status ?? 1)
}

must('node_modules/.bin/tsc', '-b', 'bench')
must('cargo', 'build', '--quiet', '--release', '-p', 'load')
must(process.execPath, 'bench/dist/suite/main.js', ...process.argv.slice(2))
