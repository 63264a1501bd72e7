// What records look like: as text of their own, or as every answer.
import { outputFormats } from '../output/view.ts'

export const recordForms = ['text', ...outputFormats] as const
export type RecordForm = (typeof recordForms)[number]
