/** Everything that messages are read with, loaded with the first screen of them. */
import '../styles/actions.css'
import '../styles/messages.css'

export { Messages } from './messages.tsx'
export { OneMessage } from './one-message.tsx'
