// Python with kafka-python, as its users write it: see test/clients/python/kafka_python_scenarios.py.
import { test } from 'vitest'
import { fileBroker } from '../harness/file-broker.ts'
import { missingClients, script } from '../harness/clients.ts'
import { run } from '../harness/process.ts'

const missing = await missingClients('python')

const broker = fileBroker()

test.skipIf(missing !== undefined).each(['defaults', 'ten-json-records', 'consume-process-produce', 'seek'])(
  'kafka-python: %s',
  async (scenario) => {
    await run(script.python('kafka_python_scenarios.py', broker().bootstrap, scenario))
  },
)
