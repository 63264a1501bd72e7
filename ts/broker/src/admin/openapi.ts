/** The contract as an OpenAPI document. */
import { z } from 'zod'
import { contract } from './contract.ts'
import { failure, pathNames, type Route } from './contract/words.ts'

/** Written when it is asked for: a document of some tens of kilobytes. `cookie` is the name of that of a session. */
export const openApi = (version: string, cookie: string): unknown => {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const [name, route] of Object.entries(contract)) {
    const operations = (paths[route.path] ??= {})
    operations[route.method.toLowerCase()] = operation(name, route)
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Millrace admin API', version },
    paths,
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: cookie },
        token: { type: 'http', scheme: 'bearer' },
      },
    },
  }
}

const operation = (name: string, { method, path, role, summary, input, output }: Route) => {
  const inPath = new Set(pathNames(path))
  const { properties = {}, required = [] } = schemaOf(input, 'input') as {
    readonly properties?: Readonly<Record<string, unknown>>
    readonly required?: readonly string[]
  }
  const others = Object.entries(properties).filter(([field]) => !inPath.has(field))
  const parameters = [...inPath].map((field) => ({
    name: field,
    in: 'path',
    required: true,
    schema: properties[field],
  }))
  const queries = others.map(([field, schema]) => ({
    name: field,
    in: 'query',
    required: required.includes(field),
    schema,
  }))
  const body = {
    type: 'object',
    properties: Object.fromEntries(others),
    required: required.filter((field) => !inPath.has(field)),
  }
  return {
    operationId: name,
    summary,
    'x-role': role,
    security: role === 'anyone' ? [] : [{ session: [] }, { token: [] }],
    parameters: method === 'GET' ? [...parameters, ...queries] : parameters,
    ...(method === 'GET' || others.length === 0
      ? {}
      : { requestBody: { content: { 'application/json': { schema: body } } } }),
    responses: {
      200: { description: 'Done.', content: { 'application/json': { schema: schemaOf(output, 'output') } } },
      default: {
        description: 'Refused.',
        content: { 'application/json': { schema: schemaOf(failure, 'output') } },
      },
    },
  }
}

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Readonly<Record<string, unknown>> => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' })
  return rest
}
