// `millrace cheat`: what people look up most, ready to be copied.
import { exitCode } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { show } from '../output/formats.ts'
import { columns, listing } from '../output/view.ts'
import { resolveSettings, type ShowOptions } from '../settings.ts'
import type { Terminal } from '../terminal.ts'

const sheets: Readonly<Record<string, string>> = {
  topics: `# make one, see it, change it, empty it, remove it
millrace topic create orders --partitions 6 --config retention.ms=86400000
millrace topic describe orders
millrace topic analyze orders --offset @-1h
millrace topic alter orders --partitions 12 --set cleanup.policy=compact
millrace topic purge orders --dry-run
millrace topic delete orders`,
  produce: `# one record for each line; with keys; from a file; as JSON
echo hello | millrace produce orders
echo 'key:value' | millrace produce orders -K : -H source=shell
millrace produce orders --file lines.txt --compression lz4
millrace consume orders --exit --output ndjson | millrace produce copy --format json`,
  consume: `# all there is; the last ten; since an hour; live
millrace consume orders --exit
millrace consume orders -o -10 --exit
millrace consume orders -o @-1h
millrace consume orders -o end -f '%d{iso} %p/%o %k=%v\\n'
# as a member of a group
millrace consume orders --group billing`,
  filters: `# a text; a regular expression of RE2; an expression of CEL
millrace consume orders --exit --contains cancelled
millrace consume orders --exit --match 'order-[0-9]+'
millrace consume orders --exit --where 'value.amount > 100 && has(value.customer)'
# the newest five of them; the first since an hour; those that come
millrace consume orders --last 5 --where "headers['trace'] == '4bf92f35'"
millrace consume orders -o @-1h -n 1 --where 'key == "order-7"'
millrace topic tail orders --where 'value == null || size > 100000'
# of values that are numbers of eight bytes; by the time of records
millrace consume clicks --exit --value-as integer --where 'value > 100'
millrace consume orders --exit --where 'timestamp.getHours() < 6'`,
  groups: `# how far behind; move back an hour (first seen, then done, with a file); undo it by the file
millrace group describe billing
millrace group reset billing --to @-1h
millrace group reset billing --to @-1h --execute --undo-file before.csv
millrace group reset billing --from-file before.csv --execute`,
  scripts: `# names for xargs, JSON for jq (its fields stand at the end of --help), exit codes for if
millrace topic list 'tmp-*' -o name | xargs millrace topic delete --yes
millrace group describe billing -o json | jq .lag
millrace cluster health --nagios
millrace bundle support.tar.gz && millrace ui open --print
millrace cluster health || echo "exit code $?: see millrace help exit-codes"
millrace status --watch
# the cluster that commands go to, in the prompt
PS1='$(millrace profile prompt bash) '$PS1`,
  config: `# what a key means; what is set; changing it while running
millrace config explain retention.ms
millrace config describe topic/orders
millrace config alter topic/orders --set retention.ms=60000
millrace config describe broker/1 --all
millrace config check server.properties`,
  files: `# what lies on the disk of a broker, batch by batch; with its records; an index
millrace log verify
millrace log dump /var/lib/millrace/orders-0
millrace log dump /var/lib/millrace/orders-0 --records -o ndjson | jq .records
millrace log dump /var/lib/millrace/orders-0/*.timeindex`,
  speed: `# how fast it takes records and gives them; how long one takes from end to end; at 500 a second
millrace bench produce speed --records 1000000 --size 200
millrace bench consume speed
millrace bench e2e
millrace bench e2e --rate 500 --for 1m
# a record a second, there and back, until Ctrl-C; for a monitor; as lines of JSON
millrace canary run
millrace canary run --nagios --count 5
millrace canary run --every 200ms --for 1h -o ndjson | jq .endToEndMs`,
}

export const cheat = async (terminal: Terminal, topic: string | undefined, options: ShowOptions): Promise<number> => {
  const form = await resolveSettings(terminal, options)
  const found = Object.entries(sheets).filter(([name]) => topic === undefined || name === topic)
  if (found.length === 0)
    throw new Failure('notFound', `there is no sheet ${topic}`, { next: `one of ${Object.keys(sheets).join(', ')}` })
  const view = listing(
    found.map(([sheet, text]) => ({ sheet, text })),
    {
      columns: columns(['sheet', 'text']),
      cells: ({ sheet, text }) => [sheet, text],
      name: ({ sheet }) => sheet,
    },
  )
  const text = found.map(([name, lines]) => (topic === undefined ? `== ${name}\n${lines}\n` : lines))
  await show(terminal, { ...view, text }, form)
  return exitCode('ok')
}
