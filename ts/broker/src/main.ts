// The process, from modules: what runs where nothing was bundled.
import { main } from './cli/process.ts'

await main()
