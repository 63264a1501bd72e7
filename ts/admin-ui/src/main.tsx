/** Where the console begins: language and theme first, so that nothing is drawn twice. */
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { speak, startSpeaking } from './i18n.ts'
import { queries } from './queries.ts'
import { router } from './router.tsx'
import { applyTheme, onPreference } from './state/preferences.ts'
import './styles/tokens.css'
import './styles/base.css'
import './styles/layout.css'
import './styles/parts.css'
import './styles/screens.css'

applyTheme()
onPreference(() => {
  applyTheme()
  void speak()
})
await startSpeaking()

const root = document.getElementById('root')
if (root === null) throw new Error('the page has no root')
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
)
