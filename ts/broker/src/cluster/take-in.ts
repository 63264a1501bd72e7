/**
 * What a killed broker acknowledged for topics whose directories it had not made yet lies in the write-ahead log alone,
 * under ids. The first image names these topics, and publishing it would read all of that on this thread.
 */
import type { ImageTopic } from '../engine/native.ts'
import { loadImage } from './apply.ts'
import type { BrokerConfigs } from './broker-configs.ts'
import { imageTopic } from './publish.ts'
import type { Snapshot } from './store/store.ts'

/** The engine, before it serves. */
export interface TakesIn {
  unnamedTopics(): readonly string[]
  takeIn(topics: readonly ImageTopic[]): Promise<void>
}

/** Has it taken in off this thread, before an image is made of the snapshot; answers the snapshot. */
export const takeInUnnamed = async (engine: TakesIn, configs: BrokerConfigs, snapshot: Snapshot): Promise<Snapshot> => {
  const unnamed = engine.unnamedTopics()
  if (unnamed.length > 0) {
    const image = loadImage(snapshot)
    const topics = unnamed.flatMap((id) => image.topicsById.get(id) ?? [])
    await engine.takeIn(topics.map((topic) => imageTopic(image, topic, configs)))
  }
  return snapshot
}
