// The console as files that the broker serves itself: nothing comes from elsewhere. They are a part of its package.
import { defineConfig } from 'vite'

export default defineConfig({
  // Browsers that know light-dark(), which the two themes rest on.
  build: {
    outDir: '../broker/dist/console',
    emptyOutDir: true,
    target: ['chrome123', 'firefox121', 'safari17.5'],
    manifest: true,
    reportCompressedSize: false,
    // Marks of libraries that are for servers alone.
    rolldownOptions: {
      onLog: (level, log, report) => {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log)
      },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:9644', '^/(healthz|metrics)$': 'http://127.0.0.1:9644' } },
})
