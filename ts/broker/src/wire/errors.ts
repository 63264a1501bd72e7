/** Names of error codes to the numbers of the wire and back. */
import { errors, type ErrorCode } from '../base/error-codes.ts'

export { errors, type ErrorCode }

const names = new Map<number, ErrorCode>()
for (const name of Object.keys(errors) as ErrorCode[]) names.set(errors[name].code, name)

export const errorCode = (name: ErrorCode): number => errors[name].code

/** A number outside the table means a peer newer than the table; Kafka's clients treat it as the unknown error. */
export const errorName = (code: number): ErrorCode => names.get(code) ?? 'UNKNOWN_SERVER_ERROR'
