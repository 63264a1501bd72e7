/** Everything that changes something, loaded with the first window of it that opens. */
import '../styles/actions.css'

export { ChangeRole, CreateAccount, DeleteAccount, NewPasswordOf } from './accounts.tsx'
export { AddPartitions } from './add-partitions.tsx'
export { AlterConfig } from './alter-config.tsx'
export { CloneTopic, CreateTopic } from './create-topic.tsx'
export { DeleteGroup } from './delete-group.tsx'
export { DeleteTopic } from './delete-topic.tsx'
export { ForgetFilter, SaveFilter } from './filters.tsx'
export { Produce } from './produce.tsx'
export { Purge } from './purge.tsx'
export { ResetOffsets, UndoReset } from './reset-offsets.tsx'
