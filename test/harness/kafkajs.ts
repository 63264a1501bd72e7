// kafkajs within this process, as a program uses it: what the tests of the library call of it, typed.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { clients } from './paths.ts'

interface Message {
  readonly key: Buffer | null
  readonly value: Buffer | null
}

interface Client {
  producer(): {
    connect(): Promise<void>
    send(batch: {
      readonly topic: string
      readonly messages: readonly { readonly key?: string; readonly value: string }[]
    }): Promise<unknown>
    disconnect(): Promise<void>
  }
  consumer(options: { readonly groupId: string }): {
    connect(): Promise<void>
    subscribe(what: { readonly topic: string; readonly fromBeginning: boolean }): Promise<void>
    run(how: { readonly eachMessage: (given: { readonly message: Message }) => Promise<void> }): Promise<void>
    disconnect(): Promise<void>
  }
}

interface Kafkajs {
  readonly Kafka: new (options: { readonly brokers: readonly string[]; readonly logLevel: number }) => Client
  readonly logLevel: { readonly NOTHING: number }
}

/** A client of the broker at `bootstrap`; the client `node` is installed. */
export const kafkajs = (bootstrap: string): Client => {
  const { Kafka, logLevel } = createRequire(join(clients, 'node', 'package.json'))('kafkajs') as Kafkajs
  return new Kafka({ brokers: bootstrap.split(','), logLevel: logLevel.NOTHING })
}

/** Sends one record for each of `values` and reads them back as a group of its own; answers what came. */
export const thereAndBack = async (bootstrap: string, topic: string, values: readonly string[]): Promise<string[]> => {
  const client = kafkajs(bootstrap)
  const producer = client.producer()
  await producer.connect()
  await producer.send({ topic, messages: values.map((value) => ({ value })) })
  await producer.disconnect()

  const consumer = client.consumer({ groupId: `${topic}-readers` })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const came: string[] = []
  await new Promise<void>((resolve, reject) => {
    const eachMessage = async ({ message }: { readonly message: Message }): Promise<void> => {
      came.push(message.value?.toString() ?? '')
      if (came.length === values.length) resolve()
    }
    consumer.run({ eachMessage }).catch(reject)
  })
  await consumer.disconnect()
  return came
}
