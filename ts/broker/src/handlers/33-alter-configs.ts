/**
 * AlterConfigs: the versions differ in their encoding alone. Each resource gets exactly the set that is given; clients
 * use IncrementalAlterConfigs, which edits, where they can.
 */
import { replaceAll } from '../configs/alter.ts'
import { actorOf, type Handler } from '../dispatch/context.ts'
import type { AlterConfigsRequest, AlterConfigsResponse } from '../messages/33-alter-configs.ts'
import type { Alteration } from '../topics/alter-configs.ts'
import { alterAndTell, type Altering } from './altering.ts'

export const handleAlterConfigs =
  (services: Altering): Handler<AlterConfigsRequest, AlterConfigsResponse> =>
  async (context, { resources, validateOnly }) => {
    const alterations = resources.map(({ configs, ...resource }) => ({
      ...resource,
      names: configs.map(({ name }) => name),
      apply: ((target) => replaceAll(target, configs)) satisfies Alteration['apply'],
    }))
    return { throttleTimeMs: 0, responses: await alterAndTell(services, alterations, validateOnly, actorOf(context)) }
  }
