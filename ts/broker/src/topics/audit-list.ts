/**
 * The topic that keeps the audit list over restarts: whoever may change topics may not take away who changed what. Where
 * the list is not kept, it is a topic like others.
 */
import { BrokerError } from '../base/errors.ts'
import { AUDIT_TOPIC } from '../cluster/topic-names.ts'
import type { BrokerValues } from '../configs/definitions.ts'

export type KeepsAudit = Pick<BrokerValues, 'audit.topic.enable'>

/** Why nobody may change the topic; null where they may. */
export const auditRefusal = (topic: string, { 'audit.topic.enable': isKept }: KeepsAudit): BrokerError | null =>
  topic === AUDIT_TOPIC && isKept
    ? new BrokerError(
        'POLICY_VIOLATION',
        `${AUDIT_TOPIC} keeps the audit list, and the broker alone changes it. A broker that is started with ` +
          'audit.topic.enable=false does not keep the list, and lets the topic be deleted.',
      )
    : null

export const checkNotAuditList = (topic: string, values: KeepsAudit): void => {
  const refusal = auditRefusal(topic, values)
  if (refusal !== null) throw refusal
}
