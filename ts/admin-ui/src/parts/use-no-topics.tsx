/** What stands where topics would, while there are none: the way to the first one for who may make it. */
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useRefusal } from '../state/may.ts'
import { useActionWindow } from './actions.tsx'

/** The window is drawn apart: it stays when a topic comes from elsewhere meanwhile. */
export const useNoTopics = (): { readonly none: ReactNode; readonly window: ReactNode } => {
  const { t } = useTranslation()
  const mayCreate = useRefusal('createTopic') === null
  const { open, window } = useActionWindow()
  const onCreate = () => open(({ CreateTopic }, onClose) => <CreateTopic onClose={onClose} />)
  const none = (
    <>
      <p>{t('topics.none')}</p>
      {mayCreate && (
        <button type="button" className="button" aria-haspopup="dialog" onClick={onCreate}>
          {t('action.createTopic')}
        </button>
      )}
    </>
  )
  return { none, window }
}
