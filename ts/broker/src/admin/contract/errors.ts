/** The codes that are not of the Kafka protocol: the status of each, and what to do next. */
export const failures = {
  INVALID_INPUT: { status: 400, hint: 'Compare the request with /api/openapi.json.' },
  INVALID_FILTER: { status: 400, hint: 'Correct the expression from there on.' },
  NOT_LOGGED_IN: { status: 401, hint: 'Log in (POST /api/v1/session), or send the token of the data directory.' },
  WRONG_PASSWORD: { status: 401, hint: 'A forgotten password is set anew with `millrace admin reset-password`.' },
  NOT_ALLOWED: { status: 403, hint: 'Ask somebody with the role that the message names.' },
  READ_ONLY: { status: 403, hint: 'The key admin.read.only forbids changes here.' },
  EXPORT_OFF: { status: 403, hint: 'The key admin.export.enable forbids downloads: look at messages page by page.' },
  FOREIGN_ORIGIN: { status: 403, hint: 'Open the console under the address that the broker printed at its start.' },
  NO_SUCH_ROUTE: { status: 404, hint: 'All routes are in /api/openapi.json.' },
  NOT_FOUND: { status: 404, hint: 'It may have been deleted: list what there is.' },
  WRONG_METHOD: { status: 405, hint: 'All routes are in /api/openapi.json.' },
  CONFLICT: { status: 409, hint: 'Look at what is there now and decide anew.' },
  TOO_LARGE: { status: 413, hint: 'Send less at once.' },
  NOT_JSON: { status: 415, hint: 'Send the body as content-type: application/json.' },
  WRONG_HOST: { status: 421, hint: 'Name the address in admin.hosts if the broker is to answer under it.' },
  TOO_MANY_ATTEMPTS: { status: 429, hint: 'Wait as many seconds as the header retry-after says.' },
  TOO_SLOW: { status: 422, hint: 'Give an expression that looks at less of each message.' },
  DEFECT: { status: 500, hint: 'The log of the broker has the cause.' },
  BUSY: { status: 503, hint: 'Others search as well: try again in a moment.' },
  NOT_READY: { status: 503, hint: 'The broker starts or stops; /readyz says how far it is.' },
} as const

export type FailureCode = keyof typeof failures
