/** Operations as bits, by Kafka's numbers. Without an authorizer everybody may do all that there is to do. */
const CREATE = 1 << 5
const ALTER = 1 << 7
const DESCRIBE = 1 << 8
const DESCRIBE_CONFIGS = 1 << 10
const ALTER_CONFIGS = 1 << 11
const COMMON = CREATE | ALTER | DESCRIBE | DESCRIBE_CONFIGS | ALTER_CONFIGS

const READ = 1 << 3
const WRITE = 1 << 4
const DELETE = 1 << 6
export const TOPIC_OPERATIONS = COMMON | READ | WRITE | DELETE

const CLUSTER_ACTION = 1 << 9
const IDEMPOTENT_WRITE = 1 << 12
export const CLUSTER_OPERATIONS = COMMON | CLUSTER_ACTION | IDEMPOTENT_WRITE
