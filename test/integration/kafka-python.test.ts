// Python with kafka-python, as its users write it: see test/clients/python/kafka_python_scenarios.py.
import { afterAll, beforeAll, test } from 'vitest'
import { type Broker, startBroker } from '../harness/broker.ts'
import { missingClients, script } from '../harness/clients.ts'
import { run } from '../harness/process.ts'

const missing = await missingClients('python')

let broker: Broker
beforeAll(async () => {
  broker = await startBroker()
})
afterAll(() => broker.stop())

test.skipIf(missing !== undefined).each(['defaults', 'ten-json-records', 'consume-process-produce', 'seek'])(
  'kafka-python: %s',
  async (scenario) => {
    await run(script.python('kafka_python_scenarios.py', broker.bootstrap, scenario))
  },
)
