// Every command that answers, by its words.
import { clusterAnswers } from './cluster.ts'
import { groupAnswers } from './group.ts'
import { localAnswers } from './local.ts'
import { logAnswers } from './log.ts'
import { manualAnswers } from './manual.ts'
import { recordAnswers } from './records.ts'
import type { Shape } from './shape.ts'
import { toolAnswers } from './tools.ts'
import { topicAnswers } from './topic.ts'

export const answers: Readonly<Record<string, Shape>> = {
  ...topicAnswers,
  ...recordAnswers,
  ...groupAnswers,
  ...clusterAnswers,
  ...logAnswers,
  ...localAnswers,
  ...toolAnswers,
  ...manualAnswers,
}
