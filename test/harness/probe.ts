// Is a broker ready? Asked with one hand-made Metadata request, so that the harness depends on no client and on no code under test.
import { connect } from 'node:net'

// length, api key 3, version 1, correlation id 1, no client id, an empty list of topics
const METADATA_V1_NO_TOPICS = Buffer.from('0000000e' + '0003' + '0001' + '00000001' + 'ffff' + '00000000', 'hex')
// after the length and the correlation id
const BROKER_COUNT_AT = 8

/** How many brokers the Metadata answer of this port lists. Throws when nothing answers. */
export const brokersListed = (port: number, timeoutMs = 2000): Promise<number> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let received = Buffer.alloc(0)
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error('no answer in time')))
    socket.once('connect', () => socket.write(METADATA_V1_NO_TOPICS))
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('the connection was closed')))
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      if (received.length < BROKER_COUNT_AT + 4) return
      resolve(received.readInt32BE(BROKER_COUNT_AT))
      socket.destroy()
    })
  })
